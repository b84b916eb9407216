package org.scedit.core.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.condition.Doubles.Add;
import org.scedit.core.condition.Doubles.AddConfig;
import org.scedit.core.data.Pictures;
import org.scedit.core.scenes.ConditionMaps;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneMap;
import org.scedit.core.scenes.SceneRenderer;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;

class ConditionTest {
    private static final Map<String, Annotator<?>> ANNOTATORS = Map.of("add", new Add());
    private static final Scene SCENE = new SceneSampler(3, Split.TRAIN, SceneSampler.DEFAULT_COUNTS).scene(0);

    @TempDir
    private Path folder;

    private final Condition added =
            new Condition("brighter", 0, new MapMaker.Annotated<>(new Add(), new AddConfig(20)));
    private final Condition ready = new Condition("pose", 0, new MapMaker.Ready(Optional.empty()));

    @Test
    void aControlPictureIsFittedAndAnnotated() {
        Path photo = picture("photo.png", 16, 8, 100);
        assertThat(added.ofControls(photo, false, 2, 4, 4, 0)).containsExactly(plain(4, 4, 120), plain(4, 4, 120));
    }

    @Test
    void aReadyMapIsTakenAsItIs() {
        Path map = picture("map.png", 4, 4, 100);
        assertThat(added.ofControls(map, true, 1, 4, 4, 0)).containsExactly(plain(4, 4, 100));
        assertThat(ready.ofControls(map, false, 1, 4, 4, 0)).containsExactly(plain(4, 4, 100));
    }

    @Test
    void aReadyMapOfAnotherSizeIsRefused() {
        Path map = picture("map.png", 16, 8, 100);
        assertThatThrownBy(() -> added.ofControls(map, true, 1, 4, 4, 0))
                .isInstanceOf(UserException.class)
                .hasMessage(map + ": is of 16x8 pixels; a ready map of condition 'brighter' must be of 4x4, as what is"
                        + " drawn");
    }

    @Test
    void aFolderHasAPictureForEachPromptInTheOrderOfTheNames() {
        picture("controls/b.png", 4, 4, 20);
        picture("controls/a.png", 4, 4, 10);
        Path controls = folder.resolve("controls");
        assertThat(added.ofControls(controls, false, 2, 4, 4, 0)).containsExactly(plain(4, 4, 30), plain(4, 4, 40));
        assertThatThrownBy(() -> added.ofControls(controls, false, 3, 4, 4, 0))
                .isInstanceOf(UserException.class)
                .hasMessage(controls + ": holds 2 pictures for condition 'brighter', 3 are drawn; put one for each"
                        + " prompt into it, or name one picture for all");
    }

    @Test
    void ofASceneTheAnnotatorSeesThePictureInItsStyle() {
        assertThat(added.ofScene(SCENE, Style.STRIPES, Scene.SIDE, 0))
                .isEqualTo(new Add().annotate(new AddConfig(20), SceneRenderer.render(SCENE, Style.STRIPES), 0));
    }

    @Test
    void exactMapsOfASceneDoNotDependOnTheStyle() {
        var edges = new Condition("edges", 0, new MapMaker.OfScene(SceneMap.EDGES));
        assertThat(edges.ofScene(SCENE, Style.DOTS, Scene.SIDE, 0)).isEqualTo(ConditionMaps.edges(SCENE));
        assertThat(edges.ofScene(SCENE, Style.DOTS, 2 * Scene.SIDE, 0).width()).isEqualTo(2 * Scene.SIDE);
    }

    @Test
    void depthMapsAreGreyAndWhiteIsNear() {
        Picture depth = SceneMap.DEPTH.of(SCENE);
        float[] near = ConditionMaps.depth(SCENE);
        for (int i = 0; i < near.length; i++) {
            int level = Math.round(255 * near[i]);
            assertThat(depth.at(i % Scene.SIDE, i / Scene.SIDE, i % 3)).isEqualTo(level);
        }
    }

    @Test
    void seedsDifferByConditionAndPicture() {
        assertThat(added.seed(1, 0)).isEqualTo(added.seed(1, 0));
        assertThat(Arrays.asList(added.seed(1, 0), added.seed(1, 1), added.seed(2, 0), ready.seed(1, 0)))
                .doesNotHaveDuplicates();
    }

    @Test
    void theWordsOfATunerFileMakeTheSameMapsAgain() {
        assertThat(added.maker().words()).isEqualTo("add {levels: 20}");
        assertThat(MapMaker.read("add {levels: 20}", ANNOTATORS, "x.safetensors")
                        .words())
                .isEqualTo("add {levels: 20}");
        assertThat(MapMaker.read("scene {map: depth}", ANNOTATORS, "x.safetensors"))
                .isEqualTo(new MapMaker.Ready(Optional.empty()));
        assertThat(new MapMaker.OfScene(SceneMap.DEPTH).words()).isEqualTo("scene {map: depth}");
        assertThatThrownBy(() -> MapMaker.read("canny {low: 1}", ANNOTATORS, "x.safetensors"))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "x.safetensors: needs the annotator 'canny', which no installed plugin offers; there are the"
                                + " annotators add");
        assertThatThrownBy(() -> MapMaker.read("add {levels: 300}", ANNOTATORS, "x.safetensors"))
                .isInstanceOf(UserException.class)
                .hasMessage("x.safetensors:1:2   levels must be from 0 to 255, got 300\n1 problem, nothing was loaded");
    }

    private Path picture(String name, int width, int height, int level) {
        Path file = folder.resolve(name);
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Pictures.writePng(plain(width, height, level), file);
        return file;
    }

    private static Picture plain(int width, int height, int level) {
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) level);
        return Picture.of(width, height, rgb);
    }
}
