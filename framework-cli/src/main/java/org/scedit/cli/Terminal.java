package org.scedit.cli;

import java.io.PrintStream;

/**
 * Where the commands write.
 *
 * @param out         results
 * @param err         mistakes and notices
 * @param interactive whether a person watches {@code out}
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive) {
    static Terminal ofProcess() {
        return new Terminal(System.out, System.err, isInteractive());
    }

    /** From Java 22 on there is always a console, and {@code isTerminal} tells; before, there is one on terminals only. */
    private static boolean isInteractive() {
        var console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return false;
        }
    }
}
