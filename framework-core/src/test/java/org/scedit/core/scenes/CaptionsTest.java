package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CaptionsTest {
    private static final SceneObject RED_CIRCLE_LEFT = new SceneObject(Shape.CIRCLE, Colour.RED, Size.SMALL, 13, 32);
    private static final SceneObject BLUE_SQUARE_RIGHT = new SceneObject(Shape.SQUARE, Colour.BLUE, Size.LARGE, 46, 32);
    private static final Scene PAIR = new Scene(Backdrop.BLACK, List.of(RED_CIRCLE_LEFT, BLUE_SQUARE_RIGHT));

    @Test
    void shortCaptionSaysColourShapeAndNumberOnly() {
        SceneObject cross = new SceneObject(Shape.CROSS, Colour.CYAN, Size.SMALL, 13, 51);
        SceneObject circleAbove = new SceneObject(Shape.CIRCLE, Colour.RED, Size.SMALL, 40, 13);

        assertThat(Captions.shortCaption(new Scene(Backdrop.GREY, List.of(RED_CIRCLE_LEFT))))
                .isEqualTo("a red circle");
        assertThat(Captions.shortCaption(PAIR)).isEqualTo("a red circle and a blue square");
        assertThat(Captions.shortCaption(new Scene(Backdrop.GREY, List.of(RED_CIRCLE_LEFT, circleAbove))))
                .isEqualTo("two red circles");
        assertThat(Captions.shortCaption(new Scene(Backdrop.GREY, List.of(circleAbove, cross))))
                .isEqualTo("a red circle and a cyan cross");
    }

    @Test
    void aSceneHasManyCaptionsAllOfThemTrue() {
        Set<String> captions = new TreeSet<>();
        IntStream.range(0, 10_000).forEach(seed -> captions.add(Captions.caption(PAIR, seed)));

        assertThat(captions)
                .hasSizeGreaterThan(100)
                .contains(
                        "a red circle and a blue square",
                        "a blue square and a red circle",
                        "a red circle left of a blue square",
                        "a blue square to the right of a red circle",
                        "a red circle on the left and a blue square on the right",
                        "a small red circle and a large blue square on a black background",
                        "picture of a red circle and a blue square on black")
                .allMatch(caption -> caption.contains("red circle") && caption.contains("blue square"))
                .noneMatch(caption -> caption.matches(".*circle( to the)? right of.*|.*square( to the)? left of.*"))
                .noneMatch(caption -> caption.matches(".*circle on the right.*|.*square on the left.*"))
                .noneMatch(caption -> caption.matches(".*(above|below|under|over|top|bottom|grey|white|brown).*"))
                .noneMatch(caption -> caption.matches(".*(large|big) red.*|.*(small|little) blue.*"));
    }

    @Test
    void doubtfulPlacesAndDiagonalRelationsAreNotSaid() {
        SceneObject nearTheEdgeOfTwoPlaces = new SceneObject(Shape.CIRCLE, Colour.RED, Size.SMALL, 25, 14);
        SceneObject onTheDiagonal = new SceneObject(Shape.CROSS, Colour.CYAN, Size.SMALL, 50, 38);
        Scene scene = new Scene(Backdrop.WHITE, List.of(nearTheEdgeOfTwoPlaces, onTheDiagonal));

        assertThat(captions(scene))
                .noneMatch(caption -> caption.matches(".*(left|right|above|over|below|under|next|top|bottom).*"));
    }

    @Test
    void vocabularyIsSmallCompleteAndUsed() {
        SceneSampler sampler = new SceneSampler(4, Split.HELDOUT, SceneSampler.DEFAULT_COUNTS);
        Set<String> seen = new TreeSet<>();
        for (int i = 0; i < 4000; i++) {
            String caption = Captions.caption(sampler.scene(i), i);
            assertThat(caption).matches("[a-z]+(,? [a-z]+)*");
            List<String> words = List.of(caption.replace(",", " ,").split(" "));
            assertThat(words).hasSizeLessThanOrEqualTo(Captions.MOST_WORDS);
            words.stream().filter(word -> !word.equals(",")).forEach(seen::add);
        }

        assertThat(Captions.words()).hasSizeLessThan(80).containsExactlyElementsOf(seen);
    }

    @Test
    void everyObjectIsSaid() {
        SceneSampler sampler = new SceneSampler(4, Split.TRAIN, List.of(1, 2, 3));
        for (int i = 0; i < 1000; i++) {
            Scene scene = sampler.scene(i);
            String caption = Captions.caption(scene, i);
            assertThat(scene.objects())
                    .as(caption)
                    .allMatch(object -> caption.contains(object.kind().words())); // a plural begins with the singular
        }
    }

    @Test
    void captionIsAFunctionOfSceneAndSeed() {
        assertThat(Captions.caption(PAIR, 17)).isEqualTo(Captions.caption(PAIR, 17));
        assertThat(Captions.caption(PAIR, 0))
                .as("stays the same from version to version")
                .isEqualTo("a little red circle left of a large blue square");
    }

    private static Stream<String> captions(Scene scene) {
        return IntStream.range(0, 500).mapToObj(seed -> Captions.caption(scene, seed));
    }
}
