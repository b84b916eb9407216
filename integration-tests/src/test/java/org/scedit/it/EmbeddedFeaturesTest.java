package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;
import org.scedit.api.Picture;
import org.scedit.core.features.EmbeddedFeatures;
import org.scedit.core.features.FeatureQuality;
import org.scedit.core.scenes.Colour;
import org.scedit.core.scenes.Damage;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneAttribute;
import org.scedit.core.scenes.SceneDataset;
import org.scedit.core.scenes.SceneObject;
import org.scedit.core.scenes.SceneRenderer;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;
import org.scedit.plugins.featuremeasures.FrechetConfig;
import org.scedit.plugins.featuremeasures.FrechetDistance;
import org.scedit.plugins.featuremeasures.KernelConfig;
import org.scedit.plugins.featuremeasures.KernelDistance;

/** The feature network that comes with the framework tells good pictures from bad ones. */
class EmbeddedFeaturesTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final int COUNT = 64;
    private static final SceneSampler SCENES = new SceneSampler(77, Split.TRAIN, List.of(1, 2, 3));

    private static final SceneSampler ONE = new SceneSampler(77, Split.TRAIN, List.of(1));
    /** Row and column of a corner, far enough from the border for every size. */
    private static final int CORNER = 22;

    private static EmbeddedFeatures features;

    @BeforeAll
    static void open() {
        features = EmbeddedFeatures.open(REPOSITORY.resolve("models/features"), REPOSITORY.resolve("models/embedded"));
    }

    @AfterAll
    static void close() {
        features.close();
    }

    @Test
    void distancesGrowWithNoise() {
        grow(pictures(Damage.NONE), pictures(new Damage(0.3f, 0)), pictures(new Damage(0.8f, 0)));
    }

    @Test
    void distancesGrowWithBlur() {
        grow(pictures(Damage.NONE), pictures(new Damage(0, 0.25f)), pictures(new Damage(0, 0.9f)));
    }

    @Test
    void distancesGrowWithWrongStyles() {
        grow(styled(0), styled(COUNT / 4), styled(COUNT));
    }

    @Test
    void distancesGrowWithWrongColours() {
        grow(red(0), red(COUNT / 2), red(COUNT));
    }

    @Test
    void distancesGrowWithWrongPlaces() {
        grow(cornered(0), cornered(COUNT / 2), cornered(COUNT));
    }

    @Test
    void whatAPictureShowsIsReadFromItsFeatures() {
        var data = new SceneDataset(79, Split.TRAIN, List.of(1, 2, 3), List.of(Style.values()), 200);
        FeatureQuality quality = FeatureQuality.of(features, data, 200, 6);
        Map<SceneAttribute, Double> leasts = Map.of(
                SceneAttribute.STYLE, 0.95,
                SceneAttribute.COUNT, 0.95,
                SceneAttribute.COLOURS, 0.95,
                SceneAttribute.SHAPES, 0.9,
                SceneAttribute.PLACES, 0.7);
        leasts.forEach((attribute, least) -> assertThat(quality.attributes().get(attribute))
                .as(attribute.name())
                .isGreaterThan(least));
    }

    @Test
    void theirNumbersAreOfTheSizeOfOne() {
        assertThat(EmbeddedFeatures.unitScale(features, pictures(Damage.NONE))).isBetween(0.8, 1.25);
    }

    @Test
    void aPictureFitsItsOwnCaptionBest() {
        var data = new SceneDataset(78, Split.TRAIN, List.of(1, 2, 3), List.of(Style.PLAIN), 200);
        FeatureQuality quality = FeatureQuality.of(features, data, 200, 5);
        assertThat(quality.nearMisses()).isGreaterThan(0.9);
        assertThat(quality.amongTen()).isGreaterThan(0.8);
    }

    /** Each set is further from other pictures of the world than the one before it, by either distance. */
    @SafeVarargs
    private static void grow(List<Picture>... sets) {
        List<Picture> references = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            references.add(SceneRenderer.render(SCENES.scene(1000 + i), Style.PLAIN));
        }
        double frechet = Double.NEGATIVE_INFINITY;
        double kernel = Double.NEGATIVE_INFINITY;
        for (List<Picture> set : sets) {
            Drawn drawn = new PlainDrawn(set, references, features);
            double nextFrechet = value(new FrechetDistance().measure(new FrechetConfig(32), drawn));
            double nextKernel = value(new KernelDistance().measure(new KernelConfig(), drawn));
            assertThat(nextFrechet).isGreaterThan(frechet);
            assertThat(nextKernel).isGreaterThan(kernel);
            frechet = nextFrechet;
            kernel = nextKernel;
        }
    }

    private static double value(List<Measure.Value> values) {
        return values.get(0).value();
    }

    private static List<Picture> pictures(Damage damage) {
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            pictures.add(damage.of(SceneRenderer.render(SCENES.scene(i), Style.PLAIN), i));
        }
        return pictures;
    }

    /** So many of them striped. */
    private static List<Picture> styled(int striped) {
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            pictures.add(SceneRenderer.render(SCENES.scene(i), i < striped ? Style.STRIPES : Style.PLAIN));
        }
        return pictures;
    }

    /** So many of them with all objects red. */
    private static List<Picture> red(int changed) {
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            Scene scene = SCENES.scene(i);
            List<SceneObject> objects = scene.objects().stream()
                    .map(each -> new SceneObject(each.shape(), Colour.RED, each.size(), each.x(), each.y()))
                    .toList();
            Scene shown = i < changed ? new Scene(scene.backdrop(), objects) : scene;
            pictures.add(SceneRenderer.render(shown, Style.PLAIN));
        }
        return pictures;
    }

    /** So many of them with one object, always in the same corner. */
    private static List<Picture> cornered(int changed) {
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            Scene scene = ONE.scene(i);
            SceneObject object = scene.objects().get(0);
            var moved = new SceneObject(object.shape(), object.colour(), object.size(), CORNER, CORNER);
            pictures.add(SceneRenderer.render(
                    i < changed ? new Scene(scene.backdrop(), List.of(moved)) : scene, Style.PLAIN));
        }
        return pictures;
    }

    /** Pictures without prompts or conditions. */
    private record PlainDrawn(List<Picture> pictures, List<Picture> references, EmbeddedFeatures network)
            implements Drawn {
        @Override
        public List<String> prompts() {
            return List.of();
        }

        @Override
        public float[][] features(List<Picture> all) {
            return network.ofPictures(all);
        }

        @Override
        public float[][] textFeatures(List<String> texts) {
            return network.ofTexts(texts);
        }
    }
}
