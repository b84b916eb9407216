package org.scedit.plugins.measures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.scedit.plugins.measures.Given.grey;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.scedit.api.Measure;
import org.scedit.api.Picture;

/** Each formula by hand, on maps of a few pixels. */
class MapMeasuresTest {
    private static final NoSettings NONE = new NoSettings();

    @Test
    void edgeF1IsTheHarmonicMeanOfPrecisionAndRecall() {
        Picture wanted = grey(6, 255, 0, 0, 0, 255, 255);
        Picture seen = grey(6, 255, 0, 0, 0, 0, 0);
        // precision 1 of 1, recall 1 of 3: 2 · 1 · ⅓ / (1 + ⅓)
        assertThat(edgeF1(wanted, seen, 0)).isEqualTo(0.5, within(1e-12));
    }

    @Test
    void anEdgeWithinTheToleranceCounts() {
        Picture wanted = grey(6, 0, 255, 0, 0, 0, 0);
        Picture beside = grey(6, 0, 0, 255, 0, 0, 0);
        Picture further = grey(6, 0, 0, 0, 255, 0, 0);
        assertThat(edgeF1(wanted, beside, 1)).isEqualTo(1);
        assertThat(edgeF1(wanted, beside, 0)).isEqualTo(0);
        assertThat(edgeF1(wanted, further, 1)).isEqualTo(0);
        assertThat(edgeF1(wanted, further, 2)).isEqualTo(1);
    }

    @Test
    void theToleranceIsOfBothAxes() {
        Picture corner = grey(3, 255, 0, 0, 0, 0, 0, 0, 0, 0);
        Picture middle = grey(3, 0, 0, 0, 0, 255, 0, 0, 0, 0);
        assertThat(edgeF1(corner, middle, 1)).isEqualTo(1);
    }

    @Test
    void aMapWithoutEdgesIsFollowedByAPictureWithoutThem() {
        Picture none = grey(2, 0, 127);
        assertThat(edgeF1(none, none, 1)).isEqualTo(1);
        assertThat(edgeF1(none, grey(2, 0, 128), 1)).isEqualTo(0);
        assertThat(edgeF1(grey(2, 0, 128), none, 1)).isEqualTo(0);
    }

    @Test
    void segmentationAccuracyIsTheShareOfPixelsOfTheRightColour() {
        Picture wanted = Picture.of(2, 2, new byte[] {1, 2, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0});
        Picture seen = Picture.of(2, 2, new byte[] {1, 2, 3, 1, 2, 4, 0, 0, 0, 3, 2, 1});
        assertThat(only(new SegmentationAccuracy().measure(NONE, Given.maps(wanted, seen)))
                        .value())
                .isEqualTo(0.5);
    }

    @Test
    void colourErrorIsTheMeanShareOfTheWayFromBlackToWhite() {
        // |51 - 0|, |255 - 255|, |0 - 102| of 255: (0.2 + 0 + 0.4) / 3
        Measure.Value error =
                only(new ColourError().measure(NONE, Given.maps(grey(3, 0, 255, 102), grey(3, 51, 255, 0))));
        assertThat(error).isEqualTo(new Measure.Value("colour error", error.value(), Measure.Better.LOWER, 1));
        assertThat(error.value()).isEqualTo(0.2, within(1e-12));
    }

    @Test
    void depthErrorIsTheRootOfTheMeanSquare() {
        // differences of 0.6 and 0.8: √((0.36 + 0.64) / 2)
        Measure.Value error = only(new DepthError().measure(NONE, Given.maps(grey(2, 153, 0), grey(2, 0, 204))));
        assertThat(error.value()).isEqualTo(Math.sqrt(0.5), within(1e-12));
    }

    @Test
    void theMeanIsOverThePictures() {
        Picture black = grey(1, 0);
        Picture white = grey(1, 255);
        var drawn = new Given(
                List.of(),
                List.of(),
                List.of(black, black, black, black),
                List.of(black, black, black, white),
                List.of());
        assertThat(new ColourError().measure(NONE, drawn))
                .containsExactly(new Measure.Value("colour error", 0.25, Measure.Better.LOWER, 4));
    }

    @Test
    void mapsOfTwoSizesAreRefused() {
        assertThatThrownBy(() -> new DepthError().measure(NONE, Given.maps(grey(2, 0, 0), grey(1, 0, 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("pictures of one size are compared, got ");
    }

    private static double edgeF1(Picture wanted, Picture seen, int tolerance) {
        return only(new EdgeF1().measure(new EdgeF1Config(tolerance), Given.maps(wanted, seen)))
                .value();
    }

    private static Measure.Value only(List<Measure.Value> values) {
        assertThat(values).hasSize(1);
        return values.get(0);
    }
}
