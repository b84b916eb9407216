package org.scedit.core.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.scedit.core.bench.CostTable.Cell;

class CostTableTest {
    @Test
    void aRowIsABatchAndAColumnASize() {
        var table = new CostTable("`lora rank=64`, bfloat16", List.of(1, 2), List.of(32, 64));
        table.measured(new Cell(1, 32), "{\"seconds\":1.26,\"step_over_matmul\":26.4,\"peak_rss_mib\":2345}");
        table.measured(new Cell(1, 64), "{\"seconds\":5.0,\"step_over_matmul\":101.2,\"peak_rss_mib\":null}");
        table.missing(new Cell(2, 64), "too large");

        assertThat(table.markdown()).isEqualTo("""
                | `lora rank=64`, bfloat16 | 32×32 | 64×64 |
                |---|---|---|
                | batch 1 | 1.3 s (26), 2,345 MiB | 5.0 s (101) |
                | batch 2 |  | too large |
                """);
    }
}
