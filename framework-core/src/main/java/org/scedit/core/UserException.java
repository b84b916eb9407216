package org.scedit.core;

import java.util.List;

/**
 * A mistake of the user's: its message is complete (what, where, what was expected, what to do) and is printed without
 * a stack trace; the process then exits with 2.
 */
public final class UserException extends RuntimeException {
    /** @param message one or more lines, the first naming the file, key or option */
    public UserException(String message) {
        super(message);
    }

    /** @param cause kept for {@code --verbose}; its text is already part of the message where it helps */
    public UserException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Several mistakes found at once.
     *
     * @param problems one line each, at least one
     * @param outcome  what did not happen, such as {@code nothing was started}
     */
    public static UserException of(List<String> problems, String outcome) {
        String count = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
        return new UserException(String.join("\n", problems) + "\n" + count + ", " + outcome);
    }
}
