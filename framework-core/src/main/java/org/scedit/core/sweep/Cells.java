package org.scedit.core.sweep;

import java.util.List;
import org.scedit.core.recipe.Sweep;

/** The cells of a sweep. */
public final class Cells {
    private Cells() {}

    /** One for each run, in order; nothing is written. */
    public static List<Cell> of(Sweep sweep) {
        return sweep.variants().stream()
                .map(variant -> new Cell(
                        variant.name(),
                        variant.group(),
                        variant.settings(),
                        variant.recipe().seed(),
                        variant.recipe().resolved(),
                        variant.recipe().output()))
                .toList();
    }
}
