package org.scedit.spark;

import java.io.Serializable;

/**
 * What an executor answers of a cell.
 *
 * @param finished whether the run is done
 * @param reason   otherwise, why not: lines for the user
 */
record Outcome(boolean finished, String reason) implements Serializable {
    static Outcome done() {
        return new Outcome(true, "");
    }

    static Outcome failed(String reason) {
        return new Outcome(false, reason);
    }
}
