package org.scedit.plugins.annotators;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;
import org.scedit.api.Setting;

/** The plugin as a whole. */
class AnnotatorsTest {
    private static final List<Annotator<?>> ALL = List.of(
            new Canny(), new Colour(), new Grey(), new Sketch(), new Blur(), new Inpainting(), new Outpainting());

    @Test
    void namesOfRecipes() {
        assertThat(ALL)
                .extracting(Annotator::id)
                .containsExactly("canny", "colour", "grey", "sketch", "blur", "inpainting", "outpainting");
    }

    @Test
    void thePluginOffersAllOfThem() throws IOException {
        List<String> offered = new ArrayList<>();
        for (URL index : Collections.list(Canny.class.getClassLoader().getResources("META-INF/extensions.idx"))) {
            try (var in = index.openStream()) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(offered::add);
            }
        }
        assertThat(offered)
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactlyInAnyOrderElementsOf(ALL.stream()
                        .map(annotator -> annotator.getClass().getName())
                        .toList());
    }

    @Test
    void everySettingSaysWhatItMeansAndHasADefault() {
        assertThat(ALL)
                .flatExtracting(
                        annotator -> Arrays.asList(annotator.configType().getRecordComponents()))
                .hasSize(11)
                .extracting(component -> component.getAnnotation(Setting.class))
                .allSatisfy(setting -> assertThat(setting.defaultsTo()).isNotEqualTo(Setting.REQUIRED));
    }

    @Test
    void mapsAreOfThePicturesSize() {
        Picture picture = Reference.picture(37, 23, i -> i % 256);
        assertThat(List.of(
                        new Canny().annotate(new CannyConfig(100, 200), picture, 5),
                        new Colour().annotate(new ColourConfig(8), picture, 5),
                        new Grey().annotate(new GreyConfig(), picture, 5),
                        new Sketch().annotate(new SketchConfig(3), picture, 5),
                        new Blur().annotate(new BlurConfig(4), picture, 5),
                        new Inpainting().annotate(new MaskConfig(0.1, 0.5, 128), picture, 5),
                        new Outpainting().annotate(new MaskConfig(0.1, 0.5, 128), picture, 5)))
                .allSatisfy(map -> {
                    assertThat(map.width()).isEqualTo(37);
                    assertThat(map.height()).isEqualTo(23);
                });
    }
}
