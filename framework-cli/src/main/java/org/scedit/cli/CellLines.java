package org.scedit.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.core.sweep.Cell;
import org.scedit.core.sweep.CellListener;

/**
 * Shows how the cells of a sweep fare: a line for each that has ended, and on a terminal, below them and drawn anew twice a
 * second, one for each that runs and one for all. How far a run is, is read from its metrics.
 */
final class CellLines implements CellListener, AutoCloseable {
    private static final int WIDTH = 100;
    private static final int NAME = 56;
    private static final int PERIOD_MILLIS = 500;
    private static final int TAIL_BYTES = 1024;
    private static final Pattern STEP = Pattern.compile("\"step\":(\\d+)");
    private static final Pattern LOSS = Pattern.compile("\"loss\":([-+.0-9eE]+)");

    private final Terminal terminal;
    private final Function<Cell, Integer> steps;
    private final int total;
    private final Instant start = Instant.now();
    private final Map<Cell, Instant> running = new LinkedHashMap<>();
    private final Thread painter = new Thread(this::paint, "cells");
    private int done;
    private int finishedHere;
    private int failed;
    private int drawn;
    private boolean closed;

    /**
     * @param steps of a cell's training; 0 where they are not known
     * @param total cells of the sweep
     * @param done  cells that were finished before
     */
    CellLines(Terminal terminal, Function<Cell, Integer> steps, int total, int done) {
        this.terminal = terminal;
        this.steps = steps;
        this.total = total;
        this.done = done;
        painter.setDaemon(true);
        if (terminal.interactive()) {
            painter.start();
        }
    }

    @Override
    public synchronized void began(Cell cell) {
        running.put(cell, Instant.now());
        if (!terminal.interactive()) {
            say((cell.begun() ? "goes on: " : "begun:   ") + cell.name());
        }
    }

    @Override
    public synchronized void finished(Cell cell) {
        done++;
        finishedHere++;
        say("done:    " + cell.name() + took(cell));
    }

    @Override
    public synchronized void failed(Cell cell, String reason) {
        failed++;
        say("FAILED:  " + cell.name() + took(cell) + "\n         " + reason.replace("\n", "\n         "));
    }

    @Override
    public synchronized void stopped(Cell cell) {
        if (running.containsKey(cell)) {
            say("stopped: " + cell.name() + took(cell));
        }
    }

    private String took(Cell cell) {
        Instant began = running.remove(cell);
        return began == null ? "" : "  " + words(Duration.between(began, Instant.now()));
    }

    private void say(String line) {
        PrintStream out = terminal.out();
        erase(out);
        out.println(line);
        draw(out);
    }

    private void paint() {
        try {
            while (true) {
                Thread.sleep(PERIOD_MILLIS);
                synchronized (this) {
                    if (closed) {
                        return;
                    }
                    erase(terminal.out());
                    draw(terminal.out());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void erase(PrintStream out) {
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "A\u001b[J"); // up to the first line, and clear from there
            drawn = 0;
        }
    }

    private void draw(PrintStream out) {
        if (!terminal.interactive() || closed) {
            return;
        }
        List<String> lines = new ArrayList<>();
        running.keySet().forEach(cell -> lines.add("  " + shortened(cell.name()) + "  " + far(cell)));
        String left = finishedHere == 0
                ? ""
                : ", about "
                        + words(Duration.between(start, Instant.now())
                                .multipliedBy(Math.max(0, total - done - failed))
                                .dividedBy(finishedHere))
                        + " left";
        lines.add(done + " of " + total + " done" + (failed == 0 ? "" : ", " + failed + " failed") + ", "
                + running.size() + " running" + left);
        lines.forEach(line -> out.println(line.substring(0, Math.min(WIDTH, line.length()))));
        out.flush();
        drawn = lines.size();
    }

    private static String shortened(String name) {
        return name.length() <= NAME
                ? name + " ".repeat(NAME - name.length())
                : name.substring(0, NAME / 2 - 1) + "..." + name.substring(name.length() - NAME / 2 + 2);
    }

    private String far(Cell cell) {
        String tail = tail(cell.folder().resolve("metrics.jsonl"));
        Matcher step = STEP.matcher(tail);
        Matcher loss = LOSS.matcher(tail);
        if (!step.find()) {
            return "begins";
        }
        int all = steps.apply(cell);
        return String.format(
                Locale.ROOT,
                "step %s%s%s",
                step.group(1),
                all == 0 ? "" : " of " + all,
                loss.find() ? String.format(Locale.ROOT, "  loss %.4f", Double.parseDouble(loss.group(1))) : "");
    }

    /** The last whole line of a file; empty if there is none. */
    private static String tail(Path file) {
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[(int) Math.min(TAIL_BYTES, in.length())];
            in.seek(in.length() - bytes.length);
            in.readFully(bytes);
            List<String> lines =
                    new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        } catch (IOException e) {
            return ""; // not there yet
        }
    }

    private static String words(Duration time) {
        long seconds = time.toSeconds();
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d h", seconds / 3600, seconds / 60 % 60);
    }

    @Override
    public synchronized void close() {
        erase(terminal.out());
        closed = true;
    }
}
