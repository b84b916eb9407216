package org.scedit.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports on a sweep of two methods, two styles and two learning rates, of which each method has its own for each style. */
class ReplicatesTest {
    @TempDir
    private Path folder;

    private static boolean isChosen(String method, String style, String rate) {
        return rate.equals(method.equals("full") || style.equals("rings") ? "3.0e-4" : "1.0e-3");
    }

    /** @param chosen whether the choice has been made, and the second seed run */
    private void write(boolean chosen) throws IOException {
        List<Object> cells = new ArrayList<>();
        for (String method : List.of("lora 4", "full")) {
            for (String style : List.of("stripes", "rings")) {
                for (String rate : List.of("3.0e-4", "1.0e-3")) {
                    for (int seed = 0; seed < (chosen && isChosen(method, style, rate) ? 2 : 1); seed++) {
                        String name = method.charAt(0) + style + rate + seed;
                        Map<String, Object> cell = new LinkedHashMap<>();
                        cell.put("name", name);
                        cell.put("folder", "cells/" + name);
                        Map<String, String> settings = new LinkedHashMap<>();
                        settings.put("tuners", method);
                        settings.put("data.styles", "[" + style + "]");
                        settings.put("train.learning_rate", rate);
                        cell.put("settings", settings);
                        cell.put("group", name.substring(0, name.length() - 1));
                        cell.put("seed", seed);
                        if (chosen) {
                            cell.put("chosen", isChosen(method, style, rate));
                        }
                        cells.add(cell);
                        run(method, style, rate, seed, folder.resolve("cells").resolve(name));
                    }
                }
            }
        }
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("sweep", "methods");
        list.put("replicates", List.of("data.styles"));
        list.put("select", List.of("train.learning_rate"));
        list.put("cells", cells);
        Files.writeString(folder.resolve("cells.json"), new Gson().toJson(list));
    }

    private static void run(String method, String style, String rate, int seed, Path run) throws IOException {
        Files.createDirectories(run);
        Files.writeString(run.resolve("recipe.yaml"), """
                name: methods
                seed: %d
                tuners:
                  - use: %s
                data:
                  styles: [%s]
                  seed: %1$d
                train:
                  learning_rate: %s
                """.formatted(seed, method.replace(" 4", ""), style, rate));
        double value = (style.equals("rings") ? 0.8 : 0.3) + 0.05 * seed + (method.equals("full") ? 0.1 : 0);
        Files.writeString(
                run.resolve("measures.json"),
                "{\"measures\":[{\"use\":\"style-distance\",\"name\":\"style distance\",\"value\":" + value
                        + ",\"better\":\"lower\"}]}");
        Files.writeString(
                run.resolve("cost.json"),
                "{\"peak_above_frozen_mib\":900,\"lockstep\":{\"cells\":4,\"encoder_seconds_saved\":2.5,"
                        + "\"seconds_alone\":10}}");
        Files.writeString(run.resolve("summary.md"), "# done\n");
    }

    private static JsonObject document(Path page) throws IOException {
        return JsonParser.parseString(Files.readString(page.resolveSibling("report.json")))
                .getAsJsonObject();
    }

    private static List<String> names(JsonArray list) {
        return list.asList().stream()
                .map(JsonElement::getAsJsonObject)
                .map(each -> each.get("name").getAsString())
                .toList();
    }

    @Test
    void aMethodIsOneGroupWhateverWasChosenForEachStyle() throws IOException {
        write(true);
        Path page = Report.write(folder);
        JsonObject document = document(page);
        assertThat(names(document.getAsJsonArray("groups")))
                .containsExactly(
                        "tuners=lora 4",
                        "tuners=full",
                        "tuners=lora 4, learning_rate=3.0e-4",
                        "tuners=lora 4, learning_rate=1.0e-3",
                        "tuners=full, learning_rate=1.0e-3");
        JsonObject lora = document.getAsJsonArray("groups").get(0).getAsJsonObject();
        assertThat(lora.getAsJsonArray("measures").get(0).getAsJsonObject().get("n"))
                .hasToString("4");
        assertThat(lora.getAsJsonArray("by_replicate").asList())
                .extracting(each -> each.getAsJsonObject().get("replicate").toString()
                        + each.getAsJsonObject().get("selected"))
                .containsExactly(
                        "{\"data.styles\":\"[stripes]\"}{\"train.learning_rate\":\"1.0e-3\"}",
                        "{\"data.styles\":\"[rings]\"}{\"train.learning_rate\":\"3.0e-4\"}");
        assertThat(document.getAsJsonArray("comparisons")).hasSize(1);
        JsonObject only = document.getAsJsonArray("comparisons").get(0).getAsJsonObject();
        assertThat(List.of(only.get("pairs").getAsInt(), only.get("seeds").getAsInt()))
                .containsExactly(4, 2);
        assertThat(page)
                .content()
                .contains(
                        "(4 runs: 2 styles × 2 seeds)",
                        "<span class=\"detail\">learning_rate\u00a01.0e-3, 3.0e-4</span>",
                        "<span class=\"detail\">learning_rate\u00a03.0e-4</span>",
                        "<span class=\"set\">1.0e-3 (stripes), 3.0e-4 (rings)</span>",
                        "<span class=\"set\">[stripes], [rings]</span>",
                        "<summary>Only stripes</summary>",
                        "<summary>Only rings</summary>",
                        "each style with each seed one of its own",
                        "lockstep, up to 4 from one pass of the frozen encoder",
                        " less (25 %) than without",
                        "900 MiB</span> <span class=\"detail\">of 4 runs together</span>");
        assertThat(page.resolveSibling("report.csv")).content().contains(",lockstep_cells\n");
    }

    @Test
    void beforeTheChoiceEveryLearningRateIsAGroup() throws IOException {
        write(false);
        assertThat(names(document(Report.write(folder)).getAsJsonArray("groups")))
                .containsExactly(
                        "tuners=lora 4, learning_rate=3.0e-4",
                        "tuners=lora 4, learning_rate=1.0e-3",
                        "tuners=full, learning_rate=3.0e-4",
                        "tuners=full, learning_rate=1.0e-3");
    }

    @Test
    void anyRunsAreComparedInTheSameWay() throws IOException {
        write(true);
        Path page = Report.compare(
                List.of(folder), folder.resolve("out"), List.of("data.styles"), List.of("train.learning_rate"));
        JsonObject document = document(page);
        assertThat(names(document.getAsJsonArray("groups"))).containsExactly("use=lora", "use=full");
        assertThat(document.getAsJsonArray("comparisons")
                        .get(0)
                        .getAsJsonObject()
                        .get("pairs"))
                .hasToString("4");
    }
}
