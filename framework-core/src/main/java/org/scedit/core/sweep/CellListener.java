package org.scedit.core.sweep;

/**
 * Is told how cells fare. Calls come one at a time, from any thread. How far a run is can be read in its folder at any time.
 */
public interface CellListener {
    /** The cell's run begins, or goes on. */
    void began(Cell cell);

    /** The cell's run is done; all its files are in its folder. */
    void finished(Cell cell);

    /**
     * The cell's run ended without a result.
     *
     * @param reason one or more lines for the user; {@link Cell#error} holds the same
     */
    void failed(Cell cell, String reason);

    /** The user stopped the sweep: the cell has a checkpoint to go on from, or was not begun. */
    void stopped(Cell cell);
}
