package org.scedit.core.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scedit.api.Annotator;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;
import org.scedit.api.Parameters;
import org.scedit.api.Picture;
import org.scedit.api.Setting;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** A working directory with a model, pictures, maps, a tuner file and a good recipe, for tests. */
record RecipeFolder(Path path) {
    static final String GOOD = """
        model: { path: models/tiny }
        tuners:
          - use: sc-tuner
        data: { source: scenes, styles: [stripes], count: 32 }
        train: { steps: 300 }
        """;

    /** A plugin's settings, one of each kind. */
    record ScTunerConfig(
            @Setting(value = "hidden width / skip channels", defaultsTo = "1.0", min = 0, aboveMin = true, max = 4)
            double downRatio,

            @Setting(value = "indices of the skips; empty = all", defaultsTo = "[]", min = 0)
            List<Integer> skips,

            @Setting(value = "of the bottleneck", defaultsTo = "gelu")
            Activation activation) {
        enum Activation {
            GELU,
            LEAKY_RELU
        }

        ScTunerConfig {
            if (skips.stream().distinct().count() < skips.size()) {
                throw new IllegalArgumentException("skips must not name a skip twice, got " + skips);
            }
        }
    }

    /** A plugin's settings, one of them without default. */
    record LoraConfig(
            @Setting(value = "rank of the update", min = 1, max = 512)
            int rank) {}

    /** A plugin without settings. */
    record FullConfig() {}

    /** An annotator's settings. */
    record CannyConfig(
            @Setting(value = "weaker edges count from here", defaultsTo = "100", min = 0, max = 1000)
            int low,

            @Setting(value = "edges begin here", defaultsTo = "200", min = 0, max = 1000)
            int high) {
        CannyConfig {
            if (low > high) {
                throw new IllegalArgumentException("low must be at most high, " + high + ", got " + low);
            }
        }
    }

    /** A measure's settings. */
    record HueConfig(
            @Setting(value = "hues that are told apart", defaultsTo = "3", min = 1)
            int hues) {}

    private record Hue(String id, Class<HueConfig> configType) implements Measure<HueConfig> {
        @Override
        public String summary() {
            return id;
        }

        @Override
        public Set<Need> needs(HueConfig config) {
            return Set.of(Need.CONDITION);
        }

        @Override
        public List<Value> measure(HueConfig config, Drawn drawn) {
            throw new UnsupportedOperationException("recipes are only read here");
        }
    }

    private record Canny(String id, Class<CannyConfig> configType) implements Annotator<CannyConfig> {
        @Override
        public String summary() {
            return id;
        }

        @Override
        public Picture annotate(CannyConfig config, Picture picture, long seed) {
            throw new UnsupportedOperationException("recipes are only read here");
        }
    }

    private record Provider<C extends Record>(String id, Class<C> configType) implements TunerProvider<C> {
        @Override
        public String summary() {
            return id;
        }

        @Override
        public Tuner create(C config, UNetLayout unet, Parameters parameters) {
            throw new UnsupportedOperationException("recipes are only read here");
        }
    }

    static RecipeFolder in(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("models/tiny"));
        Files.createDirectories(folder.resolve("photos"));
        Files.createDirectories(folder.resolve("edges"));
        Files.writeString(folder.resolve("cat.png"), "");
        Files.writeString(folder.resolve("photos.zip"), "");
        Files.writeString(folder.resolve("strokes.safetensors"), "");
        return new RecipeFolder(folder).with("good.yaml", GOOD);
    }

    RecipeFolder with(String file, String text) throws IOException {
        Files.createDirectories(path.resolve(file).getParent());
        Files.writeString(path.resolve(file), text);
        return this;
    }

    Recipe read(String file, String... overrides) {
        return reader().read(Path.of(file), List.of(overrides));
    }

    RecipeReader reader() {
        return new RecipeReader(
                Map.of(
                        "sc-tuner", new Provider<>("sc-tuner", ScTunerConfig.class),
                        "lora", new Provider<>("lora", LoraConfig.class),
                        "full", new Provider<>("full", FullConfig.class)),
                Map.of("canny", new Canny("canny", CannyConfig.class)),
                Map.of("hue", new Hue("hue", HueConfig.class)),
                path);
    }
}
