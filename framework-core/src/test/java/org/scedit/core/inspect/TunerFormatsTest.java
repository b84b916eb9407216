package org.scedit.core.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Parameters;
import org.scedit.api.Setting;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.UNet;
import org.scedit.core.weights.WeightSource;
import org.scedit.core.weights.WeightTarget;

class TunerFormatsTest {
    /** @param factor what the other tool multiplies its weights by when it uses them */
    record ScaleConfig(
            @Setting(value = "strength", defaultsTo = "1.0") double factor) {}

    /** One linear layer on skip 2, {@code mix.weight} and {@code mix.bias}. */
    record Method(String id, List<TunerFormat<ScaleConfig>> formats) implements TunerProvider<ScaleConfig> {
        @Override
        public String summary() {
            return "for tests";
        }

        @Override
        public Class<ScaleConfig> configType() {
            return ScaleConfig.class;
        }

        @Override
        public Tuner create(ScaleConfig config, UNetLayout unet, Parameters parameters) {
            SkipPoint point = unet.skips().get(2);
            var mix = parameters.zeroLinear("mix", point.channels(), point.channels());
            return new Tuner() {
                @Override
                public Map<SkipPoint, SkipResidual> skips() {
                    return Map.of(point, (skip, step) -> mix.perPixel(skip));
                }
            };
        }
    }

    /** Names with a prefix; the factor in the configuration, where it may be no fraction. */
    record Prefixed(String id, String prefix) implements TunerFormat<ScaleConfig> {
        @Override
        public boolean matches(WeightFile file) {
            return file.tensors().keySet().stream().allMatch(name -> name.startsWith(prefix));
        }

        @Override
        public Content<ScaleConfig> read(WeightFile file, UNetLayout unet) {
            Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
            file.tensors().forEach((name, tensor) -> weights.put(name.substring(prefix.length()), tensor));
            return new Content<>(new ScaleConfig(Double.parseDouble(file.config())), weights);
        }

        @Override
        public WeightFile write(Content<ScaleConfig> content, UNetLayout unet) {
            if (content.config().factor() % 1 != 0) {
                throw new IllegalArgumentException(
                        "a factor of " + content.config().factor() + " cannot be said");
            }
            Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
            content.weights().forEach((name, tensor) -> weights.put(prefix + name, tensor));
            return new WeightFile(
                    weights, Map.of(), Double.toString(content.config().factor()));
        }
    }

    private final UNet unet = ModelSummary.read(Path.of("../models/embedded")).unet();
    private final SkipPoint skip = unet.layout().skips().get(2);
    private final Map<String, TunerProvider<?>> methods = new TreeMap<>();

    @TempDir
    private Path folder;

    TunerFormatsTest() {
        add(new Method("first", List.of(new Prefixed("tool", "a."), new Prefixed("other", "b."))));
        add(new Method("second", List.of(new Prefixed("tool", "c."))));
    }

    private void add(TunerProvider<?> provider) {
        methods.put(provider.id(), provider);
    }

    /** The weights as a file has them, every number 0.5. */
    private Map<String, WeightFile.Tensor> weights(String prefix, int channels) {
        Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
        weights.put(prefix + "mix.weight", half(channels, channels));
        weights.put(prefix + "mix.bias", half(channels));
        return weights;
    }

    private static WeightFile.Tensor half(int... shape) {
        long[] sizes = Arrays.stream(shape).asLongStream().toArray();
        float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.fill(values, 0.5f);
        return new WeightFile.Tensor(sizes, values);
    }

    private WeightSource file(
            String name, Map<String, WeightFile.Tensor> weights, Map<String, String> metadata, String config) {
        var content = new WeightFile(weights, metadata, config);
        WeightTarget.of(folder.resolve(name), content).write(content);
        return WeightSource.open(folder.resolve(name));
    }

    private RecognisedFile<?> recognise(WeightSource file) {
        return recognise(file, null, null);
    }

    private RecognisedFile<?> recognise(WeightSource file, String method, String settings) {
        return new TunerFormats(methods)
                .recognise(file, new TunerFile.Unlabelled(Optional.ofNullable(method), Optional.ofNullable(settings)));
    }

    @Test
    void theOneFormatThatMatchesIsFoundAndItsWeightsLoaded() {
        RecognisedFile<?> found = recognise(file("w.bin", weights("b.", skip.channels()), Map.of(), "2"));
        assertThat(found).hasToString("first (other)");
        try (TunerInstance tuner = found.load("mine", unet)) {
            assertThat(tuner.method()).isEqualTo("first");
            assertThat(tuner.arrays().get("mix.bias").getFloat(0)).isEqualTo(0.5f);
        }
    }

    @Test
    void whatIsConvertedThereAndBackIsTheSame() {
        RecognisedFile.Converted<?> content = recognise(
                        file("w.safetensors", weights("a.", skip.channels()), Map.of(), "2"))
                .convert(unet);
        assertThat(content.settings()).isEqualTo("{factor: 2.0}");
        WeightFile own = content.to("scedit", true);
        assertThat(own.metadata())
                .containsEntry("scedit.method", "first")
                .containsEntry("scedit.settings", "{factor: 2.0}");
        RecognisedFile<?> again = recognise(file("own.safetensors", own.tensors(), own.metadata(), ""));
        assertThat(again).hasToString("first (scedit)");
        WeightFile back = again.convert(unet).to("tool", true);
        assertThat(back.tensors()).containsOnlyKeys("a.mix.weight", "a.mix.bias");
        assertThat(back.config()).isEqualTo("2.0");
    }

    @Test
    void settingsThatAFormatOrAFileCannotSayAreRefused() {
        WeightSource file = file("w.safetensors", weights("a.", skip.channels()), Map.of(), "0.5");
        RecognisedFile.Converted<?> content = recognise(file).convert(unet);
        assertThatThrownBy(() -> content.to("tool", true))
                .isInstanceOf(UserException.class)
                .hasMessage(file.path() + ": cannot be written as tool: a factor of 0.5 cannot be said");
        assertThatThrownBy(() -> content.to("scedit", false))
                .isInstanceOf(UserException.class)
                .hasMessage(file.path() + ": cannot be written as scedit: a PyTorch file has no place for the settings"
                        + " {factor: 0.5}, which would be lost; name a file that ends in .safetensors");
        assertThatThrownBy(() -> content.to("peft", true))
                .isInstanceOf(UserException.class)
                .hasMessage("--to peft: first is written as other, scedit, tool");
    }

    @Test
    void aFileThatNothingRecognisesIsToldWithWhatWasTried() {
        WeightSource file = file("w.bin", weights("d.", 2), Map.of(), "");
        assertThatThrownBy(() -> recognise(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file.path() + """
                        : does not say which method made it (no scedit.method in its metadata), and its weights are not recognised
                          tried: first (tool), first (other), second (tool)
                          its keys: d.mix.weight, d.mix.bias (2 in all)
                        give --method ID, and --settings '{key: value}' where they are not the defaults""");
    }

    @Test
    void aFileOfSeveralFormatsIsReadAsTheMethodThatIsNamed() {
        add(new Method("third", List.of(new Prefixed("tool", "a."))));
        WeightSource file = file("w.bin", weights("a.", skip.channels()), Map.of(), "1");
        assertThatThrownBy(() -> recognise(file))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        file.path() + ": has the names of several formats: first (tool), third (tool); say which with"
                                + " --method ID");
        assertThat(recognise(file, "third", null)).hasToString("third (tool)");
    }

    @Test
    void ownNamesWithoutMetadataAreReadWithTheSettingsGiven() {
        WeightSource file = file("w.bin", weights("", skip.channels()), Map.of(), "");
        assertThat(recognise(file, "second", "{factor: 3.0}").convert(unet).settings())
                .isEqualTo("{factor: 3.0}");
        assertThat(recognise(file, "second", null).convert(unet).settings()).isEqualTo("{factor: 1.0}");
    }

    @Test
    void everyWeightIsUsedOrNothingIsLoaded() {
        Map<String, WeightFile.Tensor> weights = weights("a.", skip.channels());
        weights.put("a.more", half(1));
        weights.remove("a.mix.bias");
        weights.put("a.mix.weight", half(3));
        WeightSource file = file("w.bin", weights, Map.of(), "1");
        assertThatThrownBy(() -> recognise(file).load("mine", unet))
                .isInstanceOf(UserException.class)
                .hasMessage(file.path() + """
                        : does not fit tuner 'mine' (first)
                          1 unexpected: more
                          1 missing: mix.bias
                          1 of another size: mix.weight is (3), expected (%d, %d)
                        nothing was loaded; use the base model and the settings it was trained with""".formatted(skip.channels(), skip.channels()));
    }

    @Test
    void aMethodThatIsNotInstalledIsNamed() {
        WeightSource file = file("w.safetensors", weights("", 2), Map.of("scedit.method", "lost"), "");
        assertThatThrownBy(() -> recognise(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file.path() + ": needs the tuner 'lost', which no installed plugin offers; there are first,"
                        + " second");
    }

    @Test
    void namesTellWhatAWeightIsFor() {
        Map<SkipPoint, SkipResidual> edited = Map.of(skip, (value, step) -> value);
        var targets = new KeyTargets(new Tuner() {
            @Override
            public Map<SkipPoint, SkipResidual> skips() {
                return edited;
            }
        });
        String target = "skip 2 (" + skip.consumer() + ")";
        String path = skip.consumer();
        assertThat(targets.of(List.of("net." + path + ".w", "net_" + path.replace('.', '_') + ".w", "other")))
                .containsExactlyEntriesOf(new TreeMap<>(
                        Map.of("net." + path + ".w", target, "net_" + path.replace('.', '_') + ".w", target)));
        assertThat(targets.of(List.of("mix.2.weight"))).containsExactly(Map.entry("mix.2.weight", target));
        assertThat(targets.of(List.of("mix.1.weight", "mix.2.weight"))).isEmpty(); // the number is not the skip's
    }
}
