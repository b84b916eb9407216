package org.scedit.core.report;

import java.util.Locale;

/** What is there of a run. */
enum State {
    /** It has its summary, which is written last. */
    FINISHED,
    /** It has begun; whether it is at work or was stopped, its files do not tell. */
    UNFINISHED,
    /** It ended with an error, which is kept beside it. */
    FAILED,
    /** Nothing is there yet. */
    NOT_STARTED;

    /** For people: {@code not started}. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
