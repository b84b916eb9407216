package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearMissTest {
    @Test
    void itsCaptionIsWrongForTheScene() {
        var sampler = new SceneSampler(3, Split.TRAIN, List.of(1, 2, 3));
        for (int i = 0; i < 300; i++) {
            Scene scene = sampler.scene(i);
            Scene miss = NearMiss.of(scene, i);
            assertThat(Captions.shortCaption(miss)).isNotEqualTo(Captions.shortCaption(scene));
            assertThat(kinds(miss)).isNotEqualTo(kinds(scene));
        }
    }

    @Test
    void nothingElseIsChanged() {
        var sampler = new SceneSampler(4, Split.TRAIN, List.of(1, 2, 3));
        for (int i = 0; i < 300; i++) {
            Scene scene = sampler.scene(i);
            Scene miss = NearMiss.of(scene, i);
            assertThat(miss.backdrop()).isEqualTo(scene.backdrop());
            long changed = IntStream.range(0, scene.objects().size())
                    .filter(j -> !scene.objects().get(j).equals(miss.objects().get(j)))
                    .count();
            assertThat(changed).isBetween(1L, 2L);
        }
    }

    @Test
    void theSameSeedGivesTheSame() {
        Scene scene = new SceneSampler(5, Split.TRAIN, List.of(2)).scene(0);
        assertThat(NearMiss.of(scene, 7)).isEqualTo(NearMiss.of(scene, 7));
    }

    /** Colours and shapes without order. */
    private static List<String> kinds(Scene scene) {
        return scene.objects().stream()
                .map(each -> each.kind().words())
                .sorted()
                .toList();
    }
}
