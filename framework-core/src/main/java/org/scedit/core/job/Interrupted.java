package org.scedit.core.job;

import org.scedit.core.run.RunFolder;

/** What is said of a run that was asked to stop. */
final class Interrupted {
    private Interrupted() {}

    static String line(RunFolder folder, int steps, int total) {
        return "stopped after step " + steps + " of " + total + "; go on with: scedit run " + folder.path()
                + " --resume";
    }
}
