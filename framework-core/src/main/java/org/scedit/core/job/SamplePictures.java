package org.scedit.core.job;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;
import org.scedit.core.data.Pictures;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.generate.Start;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.run.PictureGrid;
import org.scedit.core.run.RunFolder;
import org.scedit.core.run.SampleFiles;
import org.scedit.core.scenes.Captions;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneRenderer;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;

/** The pictures of a recipe's {@code sample}, which are drawn before and after training, and what they follow. */
final class SamplePictures {
    private static final int COLUMNS = 4;

    private final Recipe recipe;
    private final Recipe.Sample sample;
    /** Width and height of the pictures. */
    private final int side;
    /** Of the pictures, by the condition's name. */
    private final Map<String, List<Picture>> maps = new LinkedHashMap<>();
    /** What the pictures start from. */
    private final Optional<Start> start;

    /**
     * @param recipe     has a {@code sample}
     * @param conditions that its tuners take
     * @param side       of the pictures in pixels
     * @throws org.scedit.core.UserException if a control picture, or one to start from, cannot be used
     */
    SamplePictures(Recipe recipe, List<Condition> conditions, int side) {
        this.recipe = recipe;
        this.side = side;
        sample = recipe.sample().orElseThrow();
        conditions.forEach(condition -> maps.put(condition.name(), maps(condition)));
        start = sample.image()
                .map(image -> Start.read(image, sample.strength(), sample.mask(), sample.steps(), side, side));
    }

    private List<Picture> maps(Condition condition) {
        return sample.count().isPresent()
                ? condition.ofScenes(scenes(), DataSources.style(recipe), side, sample.seed())
                : condition.ofControls(
                        sample.controls().paths().get(condition.name()),
                        sample.preprocessed(),
                        sample.prompts().size(),
                        side,
                        side,
                        sample.seed());
    }

    /** One for each picture. */
    List<String> prompts() {
        return sample.count().isEmpty()
                ? sample.prompts()
                : scenes().stream().map(Captions::shortCaption).toList();
    }

    /** Those that are drawn where the recipe gives a count instead of prompts. */
    private List<Scene> scenes() {
        var sampler = new SceneSampler(sample.seed(), Split.TRAIN, SceneSampler.DEFAULT_COUNTS);
        List<Scene> scenes = new ArrayList<>();
        for (int i = 0; i < sample.count().orElseThrow(); i++) {
            scenes.add(sampler.scene(i));
        }
        return scenes;
    }

    /** Draws them with the tuners that are on the pipeline's U-Net. */
    List<Picture> draw(Pipeline pipeline) {
        return pipeline.draw(
                prompts(),
                sample.seed(),
                settings(sample, side, start),
                (name, picture) -> maps.get(name).get(picture),
                Pipeline.Observer.NONE);
    }

    /**
     * How a recipe's pictures are drawn.
     *
     * @param side  of the pictures in pixels
     * @param start what they start from
     */
    static Pipeline.Settings settings(Recipe.Sample sample, int side, Optional<Start> start) {
        return new Pipeline.Settings(
                sample.negativePrompt(),
                Drawable.sampling(sample),
                sample.guidance(),
                sample.guidanceRescale(),
                side,
                side,
                start);
    }

    /** All in one picture, below what they follow. */
    Picture grid(List<Picture> pictures) {
        List<PictureGrid.Row> rows = conditionRows();
        if (rows.isEmpty()) {
            return PictureGrid.draw(pictures, prompts(), COLUMNS);
        }
        rows.add(new PictureGrid.Row("drawn", pictures));
        return PictureGrid.compare(rows, prompts());
    }

    /** All in one picture, without what they follow. */
    Picture plainGrid(List<Picture> pictures) {
        return PictureGrid.draw(pictures, prompts(), COLUMNS);
    }

    /** What they follow, the pictures before training and those after it, one below the other. */
    Picture comparison(List<Picture> before, List<Picture> after) {
        List<PictureGrid.Row> rows = conditionRows();
        rows.add(new PictureGrid.Row("before", before));
        rows.add(new PictureGrid.Row("after", after));
        return PictureGrid.compare(rows, prompts());
    }

    /** What the pictures start from and follow, a row for each condition; to be added to. */
    private List<PictureGrid.Row> conditionRows() {
        List<PictureGrid.Row> rows = new ArrayList<>();
        start.ifPresent(from -> rows.add(
                new PictureGrid.Row("start", Collections.nCopies(prompts().size(), from.shown()))));
        maps.forEach((name, pictures) ->
                rows.add(new PictureGrid.Row(maps.size() == 1 ? "condition" : "condition " + name, pictures)));
        return rows;
    }

    /**
     * Writes the pictures one by one, with what they follow and what they should show, where that is known.
     *
     * @param drawn rows of what was drawn
     */
    void write(RunFolder folder, List<PictureGrid.Row> drawn) {
        List<PictureGrid.Row> rows = new ArrayList<>();
        maps.forEach((name, pictures) -> rows.add(new PictureGrid.Row("condition " + name, pictures)));
        if (sample.count().isPresent()) {
            rows.add(new PictureGrid.Row("target", targets()));
        }
        rows.addAll(drawn);
        List<Long> seeds = LongStream.range(0, prompts().size())
                .mapToObj(i -> sample.seed() + i)
                .toList();
        SampleFiles.write(folder, prompts(), seeds, rows);
    }

    private List<Picture> targets() {
        return scenes().stream()
                .map(scene -> Pictures.fit(SceneRenderer.render(scene, DataSources.style(recipe)), side))
                .toList();
    }
}
