package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.scedit.api.Picture;
import org.scedit.core.scenes.SceneChecker.Found;
import org.scedit.core.scenes.SceneChecker.Report;

class SceneCheckerTest {
    private static final int SCENES = 250;
    private static final SceneObject RED_CIRCLE = new SceneObject(Shape.CIRCLE, Colour.RED, Size.SMALL, 14, 20);
    private static final SceneObject BLUE_SQUARE = new SceneObject(Shape.SQUARE, Colour.BLUE, Size.LARGE, 44, 36);
    private static final Scene PAIR = new Scene(Backdrop.GREY, List.of(RED_CIRCLE, BLUE_SQUARE));

    @ParameterizedTest
    @EnumSource(Style.class)
    void isRightOnTheGeneratorsOwnPicturesOfEveryStyle(Style style) {
        assertThat(percentRight(SCENES, style, picture -> picture)).isGreaterThanOrEqualTo(99);
    }

    @ParameterizedTest
    @EnumSource(Style.class)
    void isRightOnBlurredAndNoisyPictures(Style style) {
        Random noise = new Random(1);
        assertThat(percentRight(SCENES / 2, style, picture -> noisy(blurred(picture, 1), 8, noise)))
                .isGreaterThanOrEqualTo(97);
    }

    @Test
    void saysWhatIsWhere() {
        List<Found> found = SceneChecker.find(SceneRenderer.render(PAIR, Style.PLAIN));

        assertThat(found).hasSize(2);
        Found first = found.get(0);
        assertThat(first.colour()).contains(Colour.RED);
        assertThat(first.shape()).contains(Shape.CIRCLE);
        assertThat(first.size()).isEqualTo(Size.SMALL);
        assertThat(first.x()).isEqualTo(14);
        assertThat(first.y()).isEqualTo(20);
        assertThat(first.overlap()).isGreaterThan(0.95);
        assertThat(found.get(1).words()).isEqualTo("blue square");
        assertThat(found.get(1).size()).isEqualTo(Size.LARGE);
    }

    @Test
    void placeSizeAndBackdropDoNotMatter() {
        Scene elsewhere = new Scene(
                Backdrop.BLACK,
                List.of(
                        new SceneObject(Shape.SQUARE, Colour.BLUE, Size.SMALL, 12, 50),
                        new SceneObject(Shape.CIRCLE, Colour.RED, Size.LARGE, 40, 20)));

        assertThat(SceneChecker.matches(SceneRenderer.render(elsewhere, Style.PLAIN), PAIR))
                .isTrue();
    }

    @Test
    void wrongColourShapeOrNumberIsSaid() {
        Scene greenCircle = with(new SceneObject(Shape.CIRCLE, Colour.GREEN, Size.SMALL, 14, 20), BLUE_SQUARE);
        Scene cross = with(RED_CIRCLE, new SceneObject(Shape.CROSS, Colour.BLUE, Size.LARGE, 44, 36));
        Scene third = with(RED_CIRCLE, BLUE_SQUARE, new SceneObject(Shape.CIRCLE, Colour.RED, Size.SMALL, 14, 50));

        assertDifference(greenCircle, List.of("red circle"), List.of("green circle"));
        assertDifference(cross, List.of("blue square"), List.of("blue cross"));
        assertDifference(with(RED_CIRCLE), List.of("blue square"), List.of());
        assertDifference(third, List.of(), List.of("red circle"));
        assertDifference(PAIR, List.of(), List.of());
    }

    @Test
    void coloursAreNotSwappedBetweenObjects() {
        Scene swapped = with(
                new SceneObject(Shape.CIRCLE, Colour.BLUE, Size.SMALL, 14, 20),
                new SceneObject(Shape.SQUARE, Colour.RED, Size.LARGE, 44, 36));

        assertDifference(swapped, List.of("red circle", "blue square"), List.of("blue circle", "red square"));
    }

    @Test
    void everyColourAndShapeIsToldInEveryStyle() {
        for (Style style : Style.values()) {
            for (Colour colour : Colour.values()) {
                for (Shape shape : Shape.values()) {
                    Kind kind = new Kind(colour, shape);
                    assertThat(SceneChecker.find(SceneRenderer.render(alone(kind), style)))
                            .as("%s in %s", kind, style)
                            .extracting(Found::words)
                            .containsExactly(kind.words());
                }
            }
        }
    }

    @Test
    void anObjectOfTwoColoursIsOfUnknownColour() {
        byte[] rgb = SceneRenderer.render(alone(new Kind(Colour.RED, Shape.SQUARE)), Style.PLAIN)
                .rgb();
        byte[] other = SceneRenderer.render(alone(new Kind(Colour.CYAN, Shape.SQUARE)), Style.PLAIN)
                .rgb();
        int half = rgb.length / 2;
        System.arraycopy(other, half, rgb, half, half);

        Report report =
                SceneChecker.check(Picture.of(Scene.SIDE, Scene.SIDE, rgb), alone(new Kind(Colour.RED, Shape.SQUARE)));
        assertThat(report.matches()).isFalse();
        assertThat(report.found()).singleElement().extracting(Found::colour).isEqualTo(Optional.empty());
        assertThat(report.extra()).containsExactly("unknown square");
    }

    @Test
    void objectsThatRunTogetherAreOfUnknownShape() {
        byte[] rgb = SceneRenderer.render(PAIR, Style.PLAIN).rgb();
        for (int x = 14; x < 44; x++) {
            for (int y = 24; y < 28; y++) {
                rgb[3 * (y * Scene.SIDE + x)] = (byte) 200;
                rgb[3 * (y * Scene.SIDE + x) + 1] = 20;
                rgb[3 * (y * Scene.SIDE + x) + 2] = 20;
            }
        }

        assertThat(SceneChecker.matches(Picture.of(Scene.SIDE, Scene.SIDE, rgb), PAIR))
                .isFalse();
    }

    @Test
    void emptyPicturesAndNoiseMatchNothing() {
        byte[] grey = new byte[3 * Scene.SIDE * Scene.SIDE];
        Arrays.fill(grey, (byte) 128);
        assertThat(SceneChecker.find(Picture.of(Scene.SIDE, Scene.SIDE, grey))).isEmpty();

        Random random = new Random(3);
        byte[] bytes = new byte[grey.length];
        for (int i = 0; i < 20; i++) {
            random.nextBytes(bytes);
            Picture noise = Picture.of(Scene.SIDE, Scene.SIDE, bytes);
            Picture cloud = blurred(noise, 3);
            for (Kind kind : Kind.all(true)) {
                assertThat(SceneChecker.matches(noise, alone(kind))).isFalse();
                assertThat(SceneChecker.matches(cloud, alone(kind))).isFalse();
            }
        }
    }

    @Test
    void backdropIsTheNearestOfTheFour() {
        Random noise = new Random(1);
        for (Backdrop backdrop : Backdrop.values()) {
            Picture picture = SceneRenderer.render(new Scene(backdrop, List.of(RED_CIRCLE)), Style.PLAIN);
            assertThat(SceneChecker.backdropOf(noisy(picture, 20, noise))).isEqualTo(backdrop);
        }
    }

    @Test
    void picturesOfAnotherSizeAreRefused() {
        Picture small = Picture.of(2, 2, new byte[12]);

        assertThatThrownBy(() -> SceneChecker.matches(small, PAIR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scenes are 64x64 pixels, got Picture[2x2]");
    }

    private static void assertDifference(Scene drawn, List<String> missing, List<String> extra) {
        for (Style style : Style.values()) {
            Report report = SceneChecker.check(SceneRenderer.render(drawn, style), PAIR);
            assertThat(report.missing()).as("missing in %s", style).isEqualTo(missing);
            assertThat(report.extra()).as("extra in %s", style).isEqualTo(extra);
            assertThat(report.matches()).isEqualTo(missing.isEmpty() && extra.isEmpty());
        }
    }

    private static Scene with(SceneObject... objects) {
        return new Scene(Backdrop.GREY, List.of(objects));
    }

    private static Scene alone(Kind kind) {
        return with(new SceneObject(kind.shape(), kind.colour(), Size.SMALL, 30, 31));
    }

    private static double percentRight(int scenes, Style style, UnaryOperator<Picture> damage) {
        int right = 0;
        for (int i = 0; i < scenes; i++) {
            Split split = Split.values()[i % 2];
            Scene scene = new SceneSampler(20, split, List.of(1, 2, 3)).scene(i);
            right += SceneChecker.matches(damage.apply(SceneRenderer.render(scene, style)), scene) ? 1 : 0;
        }
        return 100.0 * right / scenes;
    }

    /** Gaussian blur; the picture's border is continued outwards. */
    private static Picture blurred(Picture picture, double sigma) {
        int reach = (int) Math.ceil(3 * sigma);
        double[] kernel = new double[2 * reach + 1];
        double total = 0;
        for (int i = -reach; i <= reach; i++) {
            kernel[i + reach] = Math.exp(-i * i / (2 * sigma * sigma));
            total += kernel[i + reach];
        }
        float[] values = picture.toTensor();
        for (int stride : new int[] {1, Scene.SIDE}) {
            float[] source = values.clone();
            for (int i = 0; i < values.length; i++) {
                int position = i / stride % Scene.SIDE;
                double sum = 0;
                for (int k = -reach; k <= reach; k++) {
                    int clamped = Math.max(0, Math.min(Scene.SIDE - 1, position + k));
                    sum += kernel[k + reach] * source[i + (clamped - position) * stride];
                }
                values[i] = (float) (sum / total);
            }
        }
        return Picture.fromTensor(values, Scene.SIDE, Scene.SIDE);
    }

    /** Gaussian noise of so many levels out of 255. */
    private static Picture noisy(Picture picture, double sigma, Random random) {
        float[] values = picture.toTensor();
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (random.nextGaussian() * sigma / 127.5);
        }
        return Picture.fromTensor(values, Scene.SIDE, Scene.SIDE);
    }
}
