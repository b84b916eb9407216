package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SceneSamplerTest {
    private static final int MANY = 1000;

    @Test
    void oneColourOfEachShapeIsHeldOutFourColoursInAll() {
        List<Kind> heldOut = Kind.all(true);

        assertThat(heldOut).extracting(Kind::shape).containsExactlyInAnyOrder(Shape.values());
        assertThat(heldOut).extracting(Kind::colour).doesNotHaveDuplicates();
        assertThat(Kind.all(false)).hasSize(24 - 4).doesNotContainAnyElementsOf(heldOut);
    }

    @Test
    void sceneIsAFunctionOfSeedSplitCountsAndIndex() {
        SceneSampler sampler = new SceneSampler(5, Split.TRAIN, SceneSampler.DEFAULT_COUNTS);
        Scene tenth = sampler.scene(10);
        sampler.scene(3);

        assertThat(sampler.scene(10)).isEqualTo(tenth);
        assertThat(new SceneSampler(5, Split.TRAIN, SceneSampler.DEFAULT_COUNTS).scene(10))
                .isEqualTo(tenth);
        assertThat(sampler.scene(11)).isNotEqualTo(tenth);
        assertThat(new SceneSampler(6, Split.TRAIN, SceneSampler.DEFAULT_COUNTS).scene(10))
                .isNotEqualTo(tenth);
        assertThat(Stream.concat(scenes(1, Split.TRAIN, 1, 2, 3), scenes(2, Split.TRAIN, 1, 2, 3))
                        .distinct())
                .as("scenes of neighbouring seeds hardly repeat")
                .hasSizeGreaterThan(2 * MANY - 20);
    }

    @Test
    void scenesStayTheSameFromVersionToVersion() { // recipes and shipped models rely on it
        assertThat(new SceneSampler(0, Split.TRAIN, SceneSampler.DEFAULT_COUNTS).scene(0))
                .isEqualTo(new Scene(
                        Backdrop.BLACK, List.of(new SceneObject(Shape.TRIANGLE, Colour.GREEN, Size.LARGE, 34, 30))));
    }

    @Test
    void trainHasNoHeldOutPair() {
        assertThat(scenes(1, Split.TRAIN, 1, 2, 3).flatMap(scene -> scene.objects().stream()))
                .noneMatch(object -> object.kind().heldOut());
    }

    @Test
    void heldoutHasAtLeastOneHeldOutPairASingleObjectIsOne() {
        assertThat(scenes(1, Split.HELDOUT, 1, 2, 3).map(Scene::objects)).allMatch(objects -> objects.stream()
                .anyMatch(object -> object.kind().heldOut()));
    }

    @ParameterizedTest
    @EnumSource(Split.class)
    void everythingOccurs(Split split) {
        Set<Kind> kinds = new HashSet<>();
        Set<Backdrop> backdrops = EnumSet.noneOf(Backdrop.class);
        Set<Integer> counts = new HashSet<>();
        Set<Size> sizes = EnumSet.noneOf(Size.class);
        scenes(3, split, 1, 2, 3).forEach(scene -> {
            backdrops.add(scene.backdrop());
            counts.add(scene.objects().size());
            scene.objects().forEach(object -> {
                kinds.add(object.kind());
                sizes.add(object.size());
            });
        });

        assertThat(kinds).hasSize(split == Split.TRAIN ? 20 : 24);
        assertThat(backdrops).hasSize(4);
        assertThat(counts).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(sizes).hasSize(2);
    }

    @Test
    void onlyTheAskedCountsOccur() {
        assertThat(scenes(1, Split.TRAIN, 2)).allMatch(scene -> scene.objects().size() == 2);
        assertThat(scenes(1, Split.HELDOUT, 1, 3))
                .extracting(scene -> scene.objects().size())
                .containsOnly(1, 3);
    }

    @Test
    void groupsOfLikeObjectsAreOfOneSize() {
        List<List<SceneObject>> groups = scenes(1, Split.TRAIN, 3)
                .map(Scene::objects)
                .filter(objects ->
                        objects.stream().map(SceneObject::kind).distinct().count() == 1)
                .toList();

        assertThat(groups).hasSizeGreaterThan(MANY / 20);
        assertThat(groups)
                .allMatch(group ->
                        group.stream().map(SceneObject::size).distinct().count() == 1);
    }

    /** Pixel by pixel, with no use of the formulas that placed them. */
    @Test
    void objectsKeepFromTheBorderAndFromEachOther() {
        scenes(9, Split.TRAIN, 3).limit(60).forEach(scene -> {
            int[] owner = new int[Scene.SIDE * Scene.SIDE];
            for (int i = 0; i < owner.length; i++) {
                for (int o = 0; o < 3; o++) {
                    if (scene.objects().get(o).distance(i % Scene.SIDE, i / Scene.SIDE) <= 0) {
                        owner[i] += 1 << o;
                    }
                }
            }
            for (int i = 0; i < owner.length; i++) {
                if (owner[i] != 0) {
                    int x = i % Scene.SIDE;
                    int y = i / Scene.SIDE;
                    assertThat(Math.min(Math.min(x, y), Scene.SIDE - 1 - Math.max(x, y)))
                            .isGreaterThanOrEqualTo(2);
                    assertThat(Integer.bitCount(owner[i]))
                            .as("%s overlap", scene)
                            .isEqualTo(1);
                    for (int dy = -3; dy <= 3; dy++) {
                        for (int dx = -3; dx <= 3; dx++) {
                            int j = Math.floorMod(i + dy * Scene.SIDE + dx, owner.length);
                            boolean apart = dx * dx + dy * dy > 9 || owner[j] == 0 || owner[j] == owner[i];
                            assertThat(apart).as("%s within 3 px", scene).isTrue();
                        }
                    }
                }
            }
        });
    }

    @Test
    void countsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new SceneSampler(0, Split.TRAIN, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("object counts are one or several of 1 to 3, got []");
        assertThatThrownBy(() -> new SceneSampler(0, Split.TRAIN, List.of(1, 4)))
                .hasMessage("object counts are one or several of 1 to 3, got [1, 4]");
    }

    @Test
    void sceneRefusesObjectsTooNearTheBorderOrEachOther() {
        SceneObject middle = new SceneObject(Shape.CIRCLE, Colour.RED, Size.SMALL, 30, 30);
        SceneObject touching = new SceneObject(Shape.SQUARE, Colour.BLUE, Size.SMALL, 50, 30);
        SceneObject overlapping = new SceneObject(Shape.CROSS, Colour.BLUE, Size.LARGE, 31, 30);
        SceneObject atBorder = new SceneObject(Shape.CROSS, Colour.BLUE, Size.SMALL, 11, 30);

        for (SceneObject other : List.of(touching, overlapping)) {
            assertThatThrownBy(() -> new Scene(Backdrop.GREY, List.of(middle, other)))
                    .hasMessage(other + " is nearer than 4 px to " + middle);
        }
        assertThatThrownBy(() -> new Scene(Backdrop.GREY, List.of(atBorder)))
                .hasMessage(atBorder + " is nearer than 2 px to the border");
        assertThatThrownBy(() -> new Scene(Backdrop.GREY, List.of())).hasMessage("a scene has 1 to 3 objects, got 0");
    }

    private static Stream<Scene> scenes(long seed, Split split, Integer... counts) {
        SceneSampler sampler = new SceneSampler(seed, split, List.of(counts));
        return LongStream.range(0, MANY).mapToObj(sampler::scene);
    }
}
