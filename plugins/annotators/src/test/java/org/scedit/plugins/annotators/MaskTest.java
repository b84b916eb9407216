package org.scedit.plugins.annotators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;

/** What inpainting and outpainting have in common: no pixel of these pictures has the level that hides. */
class MaskTest {
    private static final int FILL = 128;

    static Stream<Annotator<MaskConfig>> annotators() {
        return Stream.of(new Inpainting(), new Outpainting());
    }

    @ParameterizedTest
    @MethodSource("annotators")
    void theHiddenShareIsInTheRange(Annotator<MaskConfig> annotator) {
        var config = new MaskConfig(0.2, 0.4, FILL);
        Picture picture = Reference.picture(200, 120, i -> i % 100);
        double smallest = 1;
        double largest = 0;
        for (long seed = 0; seed < 200; seed++) {
            double share = hiddenShare(annotator.annotate(config, picture, seed));
            smallest = Math.min(smallest, share);
            largest = Math.max(largest, share);
        }
        // half a row or column may be missing or too many: 0.5 / 120
        assertThat(smallest).isCloseTo(0.2, within(0.01)).isGreaterThan(0.195);
        assertThat(largest).isCloseTo(0.4, within(0.01)).isLessThan(0.405);
    }

    @ParameterizedTest
    @MethodSource("annotators")
    void whatIsNotHiddenStays(Annotator<MaskConfig> annotator) {
        Picture picture = Reference.picture(64, 48, i -> i % 100);
        Picture map = annotator.annotate(new MaskConfig(0.5, 0.5, FILL), picture, 3);
        for (int y = 0; y < 48; y++) {
            for (int x = 0; x < 64; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    int expected = isHidden(map, x, y) ? FILL : picture.at(x, y, channel);
                    assertThat(map.at(x, y, channel)).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("annotators")
    void theSeedDecides(Annotator<MaskConfig> annotator) {
        var config = new MaskConfig(0.1, 0.5, FILL);
        Picture picture = Reference.picture(64, 48, i -> i % 100);
        Picture map = annotator.annotate(config, picture, 7);
        assertThat(annotator.annotate(config, picture, 7)).isEqualTo(map);
        assertThat(annotator.annotate(config, picture, 8)).isNotEqualTo(map);
    }

    @ParameterizedTest
    @MethodSource("annotators")
    void nothingAndEverythingCanBeHidden(Annotator<MaskConfig> annotator) {
        for (int size : new int[] {1, 2, 5, 40}) {
            Picture picture = Reference.picture(size, 3, i -> i % 100);
            assertThat(annotator.annotate(new MaskConfig(0, 0, FILL), picture, 1))
                    .isEqualTo(picture);
            assertThat(annotator.annotate(new MaskConfig(1, 1, 0), picture, 1))
                    .isEqualTo(Reference.picture(size, 3, i -> 0));
        }
    }

    /** Recorded once: another platform or release that draws other masks would train on other pictures. */
    @Test
    void masksAreTheSameEverywhere() {
        Picture white = Reference.picture(16, 8, i -> 255);
        var config = new MaskConfig(0.3, 0.5, 0);
        assertThat(drawing(new Inpainting().annotate(config, white, 1))).isEqualTo("""
                ooo#####oooooooo
                oooooooooooooooo
                ooooooooooooooo#
                oooooooooooooo##
                ####ooooo###o#o#
                #############o#o
                o############o#o
                o#####oo##oo#o#o
                """);
        assertThat(drawing(new Outpainting().annotate(config, white, 1))).isEqualTo("""
                ################
                ####oooooooooooo
                ####oooooooooooo
                ####oooooooooooo
                ####oooooooooooo
                ####oooooooooooo
                ####oooooooooooo
                ################
                """);
    }

    @Test
    void outpaintingKeepsARectangle() {
        Picture white = Reference.picture(40, 30, i -> 255);
        for (long seed = 0; seed < 50; seed++) {
            Picture map = new Outpainting().annotate(new MaskConfig(0.1, 0.9, 0), white, seed);
            Stream<String> kept = drawing(map).lines().filter(row -> row.contains("o"));
            assertThat(kept.distinct()).as("seed %s", seed).hasSize(1).allMatch(row -> row.matches("#*o+#*"));
        }
    }

    @Test
    void everySideIsHiddenInSomePicture() {
        Picture white = Reference.picture(40, 30, i -> 255);
        int[] hidden = new int[4];
        for (long seed = 0; seed < 100; seed++) {
            Picture map = new Outpainting().annotate(new MaskConfig(0.3, 0.3, 0), white, seed);
            hidden[0] += isColumnBlack(map, 0) ? 1 : 0;
            hidden[1] += isColumnBlack(map, 39) ? 1 : 0;
            hidden[2] += drawing(map).startsWith("#".repeat(40)) ? 1 : 0;
            hidden[3] += drawing(map).endsWith("#".repeat(40) + "\n") ? 1 : 0;
        }
        // each side is in 8 of the 15 choices
        for (int count : hidden) {
            assertThat(count).isBetween(35, 70);
        }
    }

    @Test
    void sharesInTheWrongOrderAreRefused() {
        assertThatThrownBy(() -> new MaskConfig(0.6, 0.5, FILL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("min_share must be at most max_share, got 0.6 and 0.5");
    }

    private static boolean isHidden(Picture map, int x, int y) {
        return map.at(x, y, 0) == FILL && map.at(x, y, 1) == FILL && map.at(x, y, 2) == FILL;
    }

    private static boolean isColumnBlack(Picture map, int x) {
        return drawing(map).lines().allMatch(row -> row.charAt(x) == '#');
    }

    private static double hiddenShare(Picture map) {
        int hidden = 0;
        for (int y = 0; y < map.height(); y++) {
            for (int x = 0; x < map.width(); x++) {
                hidden += isHidden(map, x, y) ? 1 : 0;
            }
        }
        return (double) hidden / (map.width() * map.height());
    }

    /** A line a row: # is black, o is not. */
    private static String drawing(Picture map) {
        var drawing = new StringBuilder();
        for (int y = 0; y < map.height(); y++) {
            for (int x = 0; x < map.width(); x++) {
                drawing.append(map.at(x, y, 0) == 0 ? '#' : 'o');
            }
            drawing.append('\n');
        }
        return drawing.toString();
    }
}
