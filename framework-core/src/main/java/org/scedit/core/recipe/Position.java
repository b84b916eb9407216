package org.scedit.core.recipe;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * A place in a recipe: file, line and column, or an override on the command line.
 *
 * @param order  of the source: the recipe, then what it extends, then the overrides
 * @param source the file as the user named it, or the whole override
 * @param line   from 1; 0 for an override or a whole file
 * @param column from 1; 0 for an override or a whole file
 * @param folder where relative paths written here may also be found
 */
record Position(int order, String source, int line, int column, Path folder) implements Comparable<Position> {
    private static final Comparator<Position> READING_ORDER = Comparator.comparingInt(Position::order)
            .thenComparingInt(Position::line)
            .thenComparingInt(Position::column);

    /** Overrides come after every file, however many a recipe extends. */
    private static final int FIRST_OVERRIDE = 1 << 20;

    /** What a sweep sets comes after the file or the command line that it is written in. */
    private static final int SWEEP = 1 << 19;

    static Position inFile(int order, Path file, int line, int column) {
        return new Position(order, file.toString(), line, column, folderOf(file));
    }

    static Position onCommandLine(int index, String override, Path folder) {
        return new Position(FIRST_OVERRIDE + index, override, 0, 0, folder);
    }

    static Path folderOf(Path file) {
        return file.getParent() == null ? Path.of("") : file.getParent();
    }

    /** The file as a whole, where no line can be named. */
    static Position ofWholeFile(Path file) {
        return inFile(0, file, 0, 0);
    }

    /** Whether both were written in one go: in one file, or both on the command line. */
    boolean sameLayer(Position other) {
        return order == other.order || isOverride() && other.isOverride();
    }

    private boolean isOverride() {
        return order >= FIRST_OVERRIDE;
    }

    /** The same place in a layer of its own, over the recipe that the sweep is part of. */
    Position inSweep() {
        return new Position(order + SWEEP, source, line, column, folder);
    }

    Position at(int otherLine, int otherColumn) {
        return new Position(order, source, otherLine, otherColumn, folder);
    }

    @Override
    public int compareTo(Position other) {
        return READING_ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        if (isOverride()) {
            return source + " (command line)";
        }
        return line == 0 ? source : source + ":" + line + ":" + column;
    }
}
