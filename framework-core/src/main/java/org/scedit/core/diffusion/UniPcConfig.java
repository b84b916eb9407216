package org.scedit.core.diffusion;

import java.util.Set;

/**
 * UniPC's own keys of {@code scheduler_config.json}.
 *
 * @param order           1..4: how many model outputs a step looks at
 * @param original        {@code predict_x0}: whether x_0 is integrated rather than ε
 * @param linear          {@code solver_type: bh1}: B(h) = h rather than e^h − 1
 * @param lowerOrderFinal whether the last steps are of lower order
 * @param uncorrected     {@code disable_corrector}: the steps, counted from 0, whose result is not corrected
 */
public record UniPcConfig(
        int order, boolean original, boolean linear, boolean lowerOrderFinal, Set<Integer> uncorrected) {
    /** Words of {@code solver_type}; those of other samplers mean bh2 here, as in diffusers. */
    private enum Type {
        BH1,
        BH2,
        MIDPOINT,
        HEUN,
        LOGRHO
    }

    /** What holds where a file says nothing. */
    public static final UniPcConfig DEFAULT = new UniPcConfig(2, true, false, true, Set.of());

    static UniPcConfig read(SchedulerReader reader) {
        return new UniPcConfig(
                reader.integer("solver_order", 2, 1, 4),
                reader.flag("predict_x0", true),
                reader.choice("solver_type", Type.BH2) == Type.BH1,
                reader.flag("lower_order_final", true),
                reader.integers("disable_corrector"));
    }
}
