package org.scedit.core.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a step's time and memory grow with the batch and the size of the latents, as a table in Markdown. In
 * parentheses a step's time over that of a matrix product, which compares cells measured while a machine was busy or not.
 */
public final class CostTable {
    /**
     * A step's size.
     *
     * @param batch  pictures
     * @param latent side of the latents
     */
    public record Cell(int batch, int latent) {}

    private final String title;
    private final List<Integer> batches;
    private final List<Integer> latents;
    private final Map<Cell, String> cells = new LinkedHashMap<>();

    /** @param title of what was measured, such as {@code `lora rank=64`, bfloat16} */
    public CostTable(String title, List<Integer> batches, List<Integer> latents) {
        this.title = title;
        this.batches = List.copyOf(batches);
        this.latents = List.copyOf(latents);
    }

    /**
     * Enters a measured cell.
     *
     * @param json as {@link Benchmark.Result#json} writes it
     */
    public void measured(Cell cell, String json) {
        JsonObject result = JsonParser.parseString(json).getAsJsonObject();
        String seconds = String.format(
                Locale.ROOT,
                "%.1f s (%.0f)",
                result.get("seconds").getAsDouble(),
                result.get("step_over_matmul").getAsDouble());
        cells.put(
                cell,
                result.get("peak_rss_mib").isJsonNull()
                        ? seconds
                        : String.format(
                                Locale.ROOT,
                                "%s, %,d MiB",
                                seconds,
                                result.get("peak_rss_mib").getAsLong()));
    }

    /** Enters why there is no number. */
    public void missing(Cell cell, String reason) {
        cells.put(cell, reason);
    }

    /** The table: a row for each batch, a column for each size. */
    public String markdown() {
        var text = new StringBuilder("| " + title + " |");
        latents.forEach(latent ->
                text.append(' ').append(latent).append('×').append(latent).append(" |"));
        text.append("\n|---|").append("---|".repeat(latents.size())).append('\n');
        for (int batch : batches) {
            text.append("| batch ").append(batch).append(" |");
            latents.forEach(latent -> text.append(' ')
                    .append(cells.getOrDefault(new Cell(batch, latent), ""))
                    .append(" |"));
            text.append('\n');
        }
        return text.toString();
    }
}
