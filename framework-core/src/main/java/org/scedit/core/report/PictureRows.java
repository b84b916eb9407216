package org.scedit.core.report;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run drew, and what it is compared with.
 *
 * @param prompts one for each column
 * @param seeds   of the noise, one for each column
 * @param rows    each with a picture for each column
 */
record PictureRows(List<String> prompts, List<Long> seeds, List<Row> rows) {
    /** The row that training changed; all others are what it is held against. */
    static final String AFTER = "after";

    /**
     * A row.
     *
     * @param name  {@code after}, {@code before}, {@code target}, {@code condition edges}
     * @param files pictures, in the order of the prompts; one that is not there yet is missing on the page only
     */
    record Row(String name, List<Path> files) {}
}
