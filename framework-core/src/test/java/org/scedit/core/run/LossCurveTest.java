package org.scedit.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.scedit.api.Picture;

class LossCurveTest {
    private static final int MEAN = 0x0B5CAD;

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

    private static List<Metrics.Line> lines(int count, IntToDoubleFunction loss) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(step -> new Metrics.Line(step, Map.of("loss", loss.applyAsDouble(step))))
                .toList();
    }

    /** Row of the running mean's line in a column. */
    private static int heightOfMean(Picture picture, int x) {
        return IntStream.range(70, picture.height())
                .filter(y -> (picture.at(x, y, 0) << 16 | picture.at(x, y, 1) << 8 | picture.at(x, y, 2)) == MEAN)
                .findFirst()
                .orElseThrow();
    }
}
