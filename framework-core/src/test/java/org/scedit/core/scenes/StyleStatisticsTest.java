package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.scedit.api.Picture;

class StyleStatisticsTest {
    private static final int PICTURES = 32;

    @Test
    void picturesOfOneStyleAreMuchNearerThanThoseOfTwo() {
        Map<Style, List<Picture>> some = new EnumMap<>(Style.class);
        Map<Style, List<Picture>> others = new EnumMap<>(Style.class);
        for (Style style : Style.values()) {
            some.put(style, pictures(style, 1, Split.TRAIN));
            others.put(style, pictures(style, 2, Split.HELDOUT));
        }
        for (Style one : Style.values()) {
            double same = StyleStatistics.distance(some.get(one), others.get(one));
            assertThat(same).as("%s to itself", one).isLessThan(0.13);
            for (Style other : Style.values()) {
                if (one != other) {
                    double different = StyleStatistics.distance(some.get(one), others.get(other));
                    assertThat(different).as("%s to %s", one, other).isGreaterThan(3 * same);
                }
            }
        }
    }

    @Test
    void isADistance() {
        List<Picture> plain = pictures(Style.PLAIN, 1, Split.TRAIN);
        List<Picture> dots = pictures(Style.DOTS, 2, Split.TRAIN);

        assertThat(StyleStatistics.distance(plain, plain)).isZero();
        assertThat(StyleStatistics.distance(plain, dots)).isEqualTo(StyleStatistics.distance(dots, plain));
    }

    @Test
    void picturesWithoutAnyObjectAreFarFromEveryStyle() {
        List<Picture> empty = List.of(Picture.of(Scene.SIDE, Scene.SIDE, new byte[3 * Scene.SIDE * Scene.SIDE]));
        for (Style style : Style.values()) {
            assertThat(StyleStatistics.distance(empty, pictures(style, 1, Split.TRAIN)))
                    .isGreaterThan(0.5);
        }
    }

    private static List<Picture> pictures(Style style, long seed, Split split) {
        SceneSampler sampler = new SceneSampler(seed, split, SceneSampler.DEFAULT_COUNTS);
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            pictures.add(SceneRenderer.render(sampler.scene(i), style));
        }
        return pictures;
    }
}
