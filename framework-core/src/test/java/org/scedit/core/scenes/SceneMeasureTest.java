package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.scedit.api.Measure;
import org.scedit.api.Picture;

/** The built-in measures, of scenes that are drawn without a model. */
class SceneMeasureTest {
    /** Pictures of scenes, as an artist draws them. */
    private record Artist(Function<Scene, Picture> draws, Style style, int objects) implements SceneDrawn {
        @Override
        public List<Scene> scenes() {
            var sampler = new SceneSampler(9, Split.HELDOUT, List.of(objects));
            return IntStream.range(0, 20).mapToObj(sampler::scene).toList();
        }

        @Override
        public SceneDrawn heldOut(int count) {
            return new Artist(draws, style, count);
        }

        @Override
        public List<Picture> pictures() {
            return scenes().stream().map(draws).toList();
        }

        @Override
        public List<Picture> reconstructions() {
            return scenes().stream()
                    .map(scene -> SceneRenderer.render(scene, style))
                    .toList();
        }

        @Override
        public List<String> prompts() {
            throw new IllegalStateException("no built-in measure needs it");
        }
    }

    @Test
    void captionsAreRightWhereThePictureShowsItsScene() {
        var right = new Artist(scene -> SceneRenderer.render(scene, Style.PLAIN), Style.PLAIN, 3);
        assertThat(measure("captions", right))
                .containsExactly(
                        new Measure.Value("captions of one object", 1, Measure.Better.HIGHER, 20),
                        new Measure.Value("captions of two objects", 1, Measure.Better.HIGHER, 20));
    }

    @Test
    void everyPictureOfTheWrongObjectCounts() {
        // one object of two is left out: right of one, wrong of two
        var lazy = new Artist(
                scene -> SceneRenderer.render(
                        new Scene(scene.backdrop(), scene.objects().subList(0, 1)), Style.PLAIN),
                Style.PLAIN,
                3);
        assertThat(measure("captions", lazy)).extracting(Measure.Value::value).containsExactly(1.0, 0.0);
    }

    @Test
    void styleDistanceIsZeroForTheStyleItself() {
        var same = new Artist(scene -> SceneRenderer.render(scene, Style.STRIPES), Style.STRIPES, 3);
        var other = new Artist(scene -> SceneRenderer.render(scene, Style.PLAIN), Style.STRIPES, 3);
        assertThat(measure("style-distance", same))
                .containsExactly(new Measure.Value("style distance", 0, Measure.Better.LOWER, 20));
        assertThat(measure("style-distance", other).get(0).value()).isGreaterThan(0.4);
    }

    private static List<Measure.Value> measure(String id, SceneDrawn drawn) {
        return SceneMeasure.all().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow()
                .measure(new SceneMeasure.NoSettings(), drawn);
    }
}
