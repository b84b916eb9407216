package org.scedit.core.data;

/**
 * Pictures with captions, in a fixed order: the same index gives an equal example each time, in this run and in a
 * resumed one.
 */
public interface Dataset {
    /** How many, at least 1. */
    int size();

    /**
     * One example; may read it from disk.
     *
     * @param index 0..size-1
     * @throws org.scedit.core.UserException if its file has become unreadable since the data set was opened
     */
    Example get(int index);
}
