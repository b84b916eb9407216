package org.scedit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.ParameterShapes;

/** Writes tuners in all formats of their method and reads them back. */
public final class RoundTrip {
    private static final double STEP = 0.37;

    private RoundTrip() {}

    /** A tuner with these settings whose weights are all different numbers, none of them round. */
    public static <C extends Record> Content<C> content(TunerProvider<C> method, C config, UNetLayout unet) {
        Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
        double[] last = {1};
        Map<String, Shape> shapes = ParameterShapes.of(parameters -> method.create(config, unet, parameters));
        shapes.forEach((name, shape) -> {
            var values = new float[(int) shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(last[0] += STEP);
            }
            weights.put(name, new WeightFile.Tensor(shape.getShape(), values));
        });
        return new Content<>(config, weights);
    }

    /**
     * Checks that every format of a method knows its own files alone and reads back what it wrote.
     *
     * @throws AssertionError if one does not
     */
    public static <C extends Record> void check(TunerProvider<C> method, C config, UNetLayout unet) {
        Content<C> content = content(method, config, unet);
        assertThat(method.formats()).isNotEmpty();
        for (TunerFormat<C> format : method.formats()) {
            WeightFile written = format.write(content, unet);
            assertThat(method.formats().stream()
                            .filter(each -> each.matches(written))
                            .map(TunerFormat::id))
                    .as("formats that say a file of %s is theirs", format.id())
                    .containsExactly(format.id());
            Content<C> read = format.read(written, unet);
            assertThat(read.config()).as("settings from %s", format.id()).isEqualTo(content.config());
            assertThat(read.weights())
                    .as("weights from %s", format.id())
                    .usingRecursiveComparison()
                    .isEqualTo(content.weights());
        }
    }
}
