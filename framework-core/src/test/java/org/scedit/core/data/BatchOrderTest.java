package org.scedit.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchOrderTest {
    @Test
    void everyEpochShowsEachExampleOnce() {
        BatchOrder order = new BatchOrder(7, 10, 4);
        int[] twoEpochs =
                IntStream.range(0, 5).flatMap(k -> IntStream.of(order.batch(k))).toArray();
        int[] all = IntStream.range(0, 10).toArray();
        assertThat(IntStream.of(twoEpochs).limit(10).sorted()).containsExactly(box(all));
        assertThat(IntStream.of(twoEpochs).skip(10).sorted()).containsExactly(box(all));
    }

    @Test
    void epochsAndSeedsDiffer() {
        BatchOrder order = new BatchOrder(7, 100, 100);
        assertThat(order.batch(0)).isNotEqualTo(order.batch(1));
        assertThat(order.batch(0)).isNotEqualTo(new BatchOrder(8, 100, 100).batch(0));
    }

    @Test
    void aBatchDependsOnItsNumberAlone() {
        BatchOrder order = new BatchOrder(7, 10, 4);
        int[] later = order.batch(1000);
        order.batch(3);
        assertThat(order.batch(1000)).isEqualTo(later);
        assertThat(new BatchOrder(7, 10, 4).batch(1000)).isEqualTo(later);
    }

    @Test
    void theOrderOfASeedNeverChanges() {
        // recorded: a run begun with an older version must resume with the same data
        assertThat(new BatchOrder(7, 8, 8).batch(0)).containsExactly(6, 7, 3, 1, 4, 5, 0, 2);
    }

    @Test
    void everyPositionIsEquallyLikely() {
        int[] first = new int[5];
        for (long seed = 0; seed < 10_000; seed++) {
            first[new BatchOrder(seed, 5, 1).batch(0)[0]]++;
        }
        assertThat(IntStream.of(first)).allMatch(count -> count > 1850 && count < 2150); // 2000 ± 3.75 σ
    }

    @Test
    void aBatchMayBeLargerThanTheData() {
        assertThat(new BatchOrder(1, 2, 5).batch(3)).hasSize(5).containsOnly(0, 1);
    }

    @Test
    void epochsAreCountedInBatches() {
        BatchOrder order = new BatchOrder(1, 10, 4);
        assertThat(order.batches(1)).isEqualTo(3);
        assertThat(order.batches(2)).isEqualTo(5);
        assertThat(order.epoch(2)).isZero(); // begins with example 8
        assertThat(order.epoch(3)).isEqualTo(1); // begins with example 12
    }

    @Test
    void nothingCannotBeOrdered() {
        assertThatThrownBy(() -> new BatchOrder(1, 0, 4)).hasMessage("size and batch must be at least 1, got 0 and 4");
    }

    private static Integer[] box(int[] values) {
        return IntStream.of(values).boxed().toArray(Integer[]::new);
    }
}
