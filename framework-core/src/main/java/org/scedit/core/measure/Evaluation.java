package org.scedit.core.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.scedit.api.Measure.Need;
import org.scedit.core.UserException;
import org.scedit.core.condition.Condition;
import org.scedit.core.data.ImageFolder;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.recipe.Recipe;

/**
 * Draws pictures from the captions of held-out data and takes the recipe's measures of them. The same each time for the
 * same weights: pictures and noise are functions of the recipe.
 */
public final class Evaluation {
    private final Recipe recipe;
    private final List<MeasureUse<?>> measures;
    private final List<Condition> conditions;
    private final Subject subject;
    private final Optional<FeatureNetwork> features;

    /**
     * @param measures   at least one
     * @param conditions that the recipe's tuners take
     * @param heldOut    pictures that are not trained on; not looked at where the data are scenes
     * @param side       of the pictures that are drawn, in pixels
     * @param features   stays the caller's; there where a measure needs it
     * @throws UserException if fewer pictures are held out than are to be drawn or compared with
     */
    public Evaluation(
            Recipe recipe,
            List<MeasureUse<?>> measures,
            List<Condition> conditions,
            Optional<ImageFolder> heldOut,
            int side,
            Optional<FeatureNetwork> features) {
        this.recipe = recipe;
        this.measures = List.copyOf(measures);
        this.conditions = conditions;
        this.features = features;
        subject = recipe.data().orElseThrow() instanceof Recipe.ScenesData scenes
                ? new SceneSubject(
                        scenes.split(), scenes.objects(), scenes.styles().get(0), side, recipe.seed())
                : new FolderSubject(heldOut.orElseThrow(), conditions, side, recipe.seed());
        requireEnough();
    }

    private void requireEnough() {
        List<String> problems = new ArrayList<>();
        for (MeasureUse<?> use : measures) {
            require(use.count(), "evaluate: measure '" + use.block().name() + "' sees", problems);
        }
        recipe.evaluate().ifPresent(evaluate -> {
            evaluate.references().ifPresent(count -> require(count, "evaluate.references asks for", problems));
            if (measures.stream().anyMatch(use -> use.needs().contains(Need.VARIATIONS))) {
                require(evaluate.variations().prompts(), "evaluate.variations.prompts asks for", problems);
            }
        });
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was started");
        }
    }

    private void require(int count, String who, List<String> problems) {
        if (count > subject.size()) {
            problems.add(who + " " + count + " pictures, and " + subject.size() + (subject.size() == 1 ? " is" : " are")
                    + " held out; lower it, or hold out more in 'validation'");
        }
    }

    /** Whether the model is measured before training too. */
    public boolean before() {
        return recipe.evaluate().map(Recipe.Evaluate::before).orElse(true);
    }

    /**
     * Takes all measures of what the pipeline draws now.
     *
     * @param settings    how pictures are drawn
     * @param autoencoder the model's
     * @throws UserException if a measure cannot be taken
     */
    public List<Measured> measure(Pipeline pipeline, Pipeline.Settings settings, Autoencoder autoencoder) {
        var drawing = new Drawing(recipe, conditions, pipeline, settings, autoencoder, features);
        var drawn = new DrawnSubject(drawing, subject);
        List<Measured> measured = new ArrayList<>();
        for (MeasureUse<?> use : measures) {
            measured.addAll(use.of(
                    subject instanceof SceneSubject
                            ? new SceneView(drawn, use.count(), use.condition())
                            : new View(drawn, use.count(), use.condition())));
        }
        return measured;
    }
}
