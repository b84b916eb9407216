package org.scedit.core.run;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import org.scedit.core.AtomicFiles;
import org.scedit.core.data.Pictures;

/**
 * The pictures of a comparison one by one, for whoever puts runs side by side: {@code samples/ROW/00.png} and
 * {@code samples/pictures.json}, which tells their order.
 * <pre>{"prompts": ["a red circle"], "seeds": [2023], "rows": [{"name": "after", "files": ["after/00.png"]}]}</pre>
 */
public final class SampleFiles {
    private SampleFiles() {}

    /**
     * Writes them.
     *
     * @param prompts of the columns
     * @param seeds   of the columns' noise
     * @param rows    such as {@code condition edges}, {@code target}, {@code before} and {@code after}, each with a
     *     picture for every prompt
     */
    public static void write(RunFolder folder, List<String> prompts, List<Long> seeds, List<PictureGrid.Row> rows) {
        var json = new JsonObject();
        var columns = new JsonArray();
        prompts.forEach(columns::add);
        json.add("prompts", columns);
        var noise = new JsonArray();
        seeds.forEach(noise::add);
        json.add("seeds", noise);
        var listed = new JsonArray();
        for (PictureGrid.Row row : rows) {
            var files = new JsonArray();
            for (int i = 0; i < row.pictures().size(); i++) {
                String name = String.format(Locale.ROOT, "%s/%02d", row.label().replace(' ', '-'), i);
                Pictures.writePng(row.pictures().get(i), folder.sample(name));
                files.add(name + ".png");
            }
            var line = new JsonObject();
            line.addProperty("name", row.label());
            line.add("files", files);
            listed.add(line);
        }
        json.add("rows", listed);
        var gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
        AtomicFiles.writeText(folder.samples().resolve("pictures.json"), gson.toJson(json) + "\n");
    }
}
