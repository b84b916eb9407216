package org.scedit.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.scedit.api.Picture;

class LossCurveTest {
    private static final int MEAN = 0x0B5CAD;
    private static final int HELD_OUT = 0xC2410C;
    private static final int TRAINED = 0x3F7D20;

    @Test
    void aFallingLossFallsInThePicture() {
        Picture picture = LossCurve.draw("falling", lines(200, step -> 1.0 / step));
        assertThat(heightOfMean(picture, 300)).isLessThan(heightOfMean(picture, 700)); // rows count downwards
    }

    @Test
    void oneSpikeDoesNotFlattenTheRest() {
        Picture plain = LossCurve.draw("", lines(400, step -> 2 - step / 400.0));
        Picture spiked = LossCurve.draw("", lines(400, step -> step == 300 ? 20 : 2 - step / 400.0));
        int drop = heightOfMean(plain, 700) - heightOfMean(plain, 150);
        int spikedDrop = heightOfMean(spiked, 700) - heightOfMean(spiked, 150);
        assertThat(spikedDrop).isGreaterThan(drop / 4);
    }

    @Test
    void littleDataIsDrawnToo() {
        for (int count = 0; count < 3; count++) {
            Picture picture = LossCurve.draw("short", lines(count, step -> 0.5));
            assertThat(picture.width() + "x" + picture.height()).isEqualTo("1200x640");
        }
    }

    @Test
    void linesWithoutALossAreLeftOut() {
        List<Metrics.Line> lines = lines(10, step -> step);
        List<Metrics.Line> more = new ArrayList<>(lines);
        more.add(5, new Metrics.Line(5, Map.of("style_distance", 3.0)));
        assertThat(LossCurve.draw("", more)).isEqualTo(LossCurve.draw("", lines));
    }

    @Test
    void theLossOfHeldOutPicturesLiesAboveThatOfTrainingPicturesByTheGap() {
        List<Metrics.Line> lines = new ArrayList<>();
        for (int step = 1; step <= 100; step++) {
            lines.add(new Metrics.Line(
                    step,
                    step % 50 == 0
                            ? Map.of(Metrics.LOSS, 1.0, Metrics.VALIDATION_LOSS, 0.8, Metrics.TRAINING_LOSS, 0.4)
                            : Map.of(Metrics.LOSS, 1.0)));
        }
        Picture picture = LossCurve.draw("", lines);
        int mean = heightOf(MEAN, picture, 900);
        int heldOut = heightOf(HELD_OUT, picture, 900);
        int trained = heightOf(TRAINED, picture, 900);
        // 1.0, 0.8 and 0.4, from the top down
        assertThat((trained - heldOut) / (double) (heldOut - mean)).isCloseTo(2, within(0.1));
    }

    private static List<Metrics.Line> lines(int count, IntToDoubleFunction loss) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(step -> new Metrics.Line(step, Map.of("loss", loss.applyAsDouble(step))))
                .toList();
    }

    /** Row of the running mean's line in a column. */
    private static int heightOfMean(Picture picture, int x) {
        return heightOf(MEAN, picture, x);
    }

    private static int heightOf(int colour, Picture picture, int x) {
        return IntStream.range(70, picture.height())
                .filter(y -> (picture.at(x, y, 0) << 16 | picture.at(x, y, 1) << 8 | picture.at(x, y, 2)) == colour)
                .findFirst()
                .orElseThrow();
    }
}
