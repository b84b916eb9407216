package org.scedit.core.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.recipe.Recipe;

/** A subject as it is drawn, each picture once however many measures look at it. */
final class DrawnSubject {
    private final Drawing drawing;
    private final Subject subject;
    private final List<Picture> pictures = new ArrayList<>();
    private List<List<Picture>> variations = List.of();
    private final Map<Integer, DrawnSubject> heldOut = new HashMap<>();

    DrawnSubject(Drawing drawing, Subject subject) {
        this.drawing = drawing;
        this.subject = subject;
    }

    Drawing drawing() {
        return drawing;
    }

    Subject subject() {
        return subject;
    }

    /** The other scenes of {@link SceneSubject#heldOut}. */
    DrawnSubject heldOut(int objects) {
        return heldOut.computeIfAbsent(
                objects, count -> new DrawnSubject(drawing, ((SceneSubject) subject).heldOut(count)));
    }

    /** The first so many pictures; the noise of picture {@code i} is that of the recipe's seed plus {@code i}. */
    List<Picture> pictures(int count) {
        int from = pictures.size();
        if (from < count) {
            int[] indices = new int[count - from];
            Arrays.setAll(indices, i -> from + i);
            pictures.addAll(draw(indices, from));
        }
        return List.copyOf(pictures.subList(0, count));
    }

    /** Pictures of the first prompts, several of each. */
    List<List<Picture>> variations() {
        if (variations.isEmpty()) {
            Recipe.Variations asked = drawing.variations();
            int[] indices = new int[asked.prompts() * asked.seeds()];
            Arrays.setAll(indices, i -> i / asked.seeds());
            List<Picture> all = draw(indices, 0);
            List<List<Picture>> byPrompt = new ArrayList<>();
            for (int from = 0; from < all.size(); from += asked.seeds()) {
                byPrompt.add(List.copyOf(all.subList(from, from + asked.seeds())));
            }
            variations = List.copyOf(byPrompt);
        }
        return variations;
    }

    /** @param first of the noise seeds that follow each other, from the recipe's on */
    private List<Picture> draw(int[] indices, int first) {
        long[] seeds = new long[indices.length];
        Arrays.setAll(seeds, i -> drawing.recipe().seed() + first + i);
        return drawing.pipeline()
                .draw(
                        Arrays.stream(indices).mapToObj(subject::prompt).toList(),
                        seeds,
                        drawing.settings(),
                        (name, picture) -> subject.map(condition(name), indices[picture]),
                        Pipeline.Observer.NONE);
    }

    private Condition condition(String name) {
        return drawing.conditions().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
