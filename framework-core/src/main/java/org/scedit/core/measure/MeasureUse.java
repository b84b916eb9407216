package org.scedit.core.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;
import org.scedit.core.UserException;
import org.scedit.core.condition.Condition;
import org.scedit.core.recipe.Recipe.MeasureBlock;

/**
 * A measure as a recipe uses it.
 *
 * @param block     the recipe's
 * @param condition that it compares with; empty where it needs none
 * @param count     pictures that it sees
 */
public record MeasureUse<C extends Record>(
        MeasureBlock block, Measure<C> measure, C config, Optional<Condition> condition, int count) {
    static <C extends Record> MeasureUse<C> of(
            MeasureBlock block, Measure<C> measure, Optional<Condition> condition, int count) {
        return new MeasureUse<>(block, measure, measure.configType().cast(block.config()), condition, count);
    }

    /** What it needs of what is drawn. */
    public Set<Measure.Need> needs() {
        return measure.needs(config);
    }

    /**
     * Measures.
     *
     * @throws UserException if the measure cannot be taken of these pictures
     */
    List<Measured> of(Drawn drawn) {
        List<Measured> measured = new ArrayList<>();
        try {
            for (Measure.Value value : measure.measure(config, drawn)) {
                measured.add(new Measured(block.use(), name(value), value.value(), value.better(), value.samples()));
            }
        } catch (IllegalArgumentException e) {
            throw new UserException("evaluate: measure '" + block.name() + "': " + e.getMessage(), e);
        }
        return measured;
    }

    private String name(Measure.Value value) {
        return value.name()
                + condition.map(each -> " against " + each.name()).orElse("")
                + (block.named() ? " (" + block.name() + ")" : "");
    }
}
