package org.scedit.core.sweep;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a process is begun that is like this one. */
public final class CellCommand {
    /** Names the process without which a cell's process has to end, by its number. */
    public static final String PARENT = "scedit.parent";

    private CellCommand() {}

    /**
     * This process's Java, options and class path.
     *
     * @param main the class to begin
     * @return what comes before the arguments
     */
    public static List<String> like(String main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-agentlib:") && !option.startsWith("-javaagent:"))
                .filter(option -> !option.startsWith("-D" + PARENT + "="))
                .forEach(command::add);
        command.add("-D" + PARENT + "=" + ProcessHandle.current().pid());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main);
        return command;
    }

    /**
     * In a cell's process, watches the one that began it, which may be killed.
     *
     * @param end is called when it is gone; ends this process in order, with a checkpoint
     */
    public static void endWithParent(Runnable end) {
        Long parent = Long.getLong(PARENT);
        if (parent != null) {
            ProcessHandle.of(parent).ifPresentOrElse(process -> process.onExit().thenRun(end), end);
        }
    }
}
