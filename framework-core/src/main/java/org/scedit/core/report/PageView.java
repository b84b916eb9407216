package org.scedit.core.report;

import java.util.List;
import java.util.Map;

/**
 * What the page shows, as texts: the template only places them. The records are public because the template engine
 * reaches public types only.
 *
 * @param title      of the page
 * @param states     how many runs are in which state, in words
 * @param complete   whether all runs are finished
 * @param measures   columns of measures
 * @param costs      columns of costs
 * @param before     the measures of the model before tuning, one for each column; empty if no run has any
 * @param groups     rows of the main table
 * @param repeated   how many runs a whole group has, where it has more than seeds: {@code 9 runs: 3 styles × 3 seeds};
 *     else empty
 * @param over       what the runs of a group are repeated over besides seeds, for {@code by ...}: {@code styles}
 * @param parts      the main table for each replicate; empty where only seeds are repeated
 * @param spared     what training in lockstep saved, in words; empty where nothing was
 * @param tried      rows of those that were tried and not chosen
 * @param rankings   what each measure says
 * @param fronts     every measure against every cost; the first is shown
 * @param traded     the costs of {@code fronts}
 * @param curves     losses, one drawing for each group that has any
 * @param validated  whether any run has a validation loss
 * @param walls      pictures
 * @param seeds      of the runs, for choosing the pictures' rows
 * @param changes    what each group sets
 * @param common     what all recipes set
 * @param cells      all runs
 * @param facts      versions and machines
 * @param mixed      whether times come from machines that differ
 */
public record PageView(
        String title,
        String states,
        boolean complete,
        List<Column> measures,
        List<Column> costs,
        List<Cell> before,
        List<GroupRow> groups,
        String repeated,
        String over,
        List<Part> parts,
        String spared,
        List<GroupRow> tried,
        List<Ranked> rankings,
        List<Drawing> fronts,
        List<String> traded,
        List<Curve> curves,
        boolean validated,
        List<PictureWall> walls,
        List<Long> seeds,
        List<Change> changes,
        Map<String, String> common,
        List<CellRow> cells,
        List<Fact> facts,
        boolean mixed) {

    /**
     * A column of numbers.
     *
     * @param name   its head
     * @param arrow  up or down, which way is better
     * @param better the same in words
     * @param detail how many samples a value is made of; may be empty
     */
    public record Column(String name, String arrow, String better, String detail) {}

    /**
     * A number in a table.
     *
     * @param text   its mean
     * @param spread its standard deviation; empty for a single run
     * @param ranks  where it may stand, empty for costs
     * @param first  whether it was compared and nothing is told to be better, while something is told of this column
     * @param value  by which the column is sorted; empty if there is none
     * @param note   a restriction; mostly empty
     */
    public record Cell(String text, String spread, String ranks, boolean first, String value, String note) {
        static final Cell NONE = new Cell("\u2013", "", "", false, "");

        /** Without a note. */
        Cell(String text, String spread, String ranks, boolean first, String value) {
            this(text, spread, ranks, first, value, "");
        }

        /** The same number with a note. */
        Cell noted(String words) {
            return new Cell(text, spread, ranks, first, value, words);
        }
    }

    /**
     * A row of the main table.
     *
     * @param selected what was chosen for it, as {@link Group#selected}
     */
    public record GroupRow(
            int number,
            String label,
            String selected,
            int finished,
            int runs,
            List<Cell> measures,
            List<Cell> costs,
            Cell gap) {}

    /** The rows of one replicate, such as a style. */
    public record Part(String name, List<GroupRow> rows) {}

    /**
     * What a measure says of the groups.
     *
     * @param sentences as HTML
     * @param pairs     every comparison
     * @param family    how many of them were tested
     */
    public record Ranked(Column measure, List<String> sentences, List<Pair> pairs, int family) {}

    /**
     * A comparison.
     *
     * @param words as HTML
     */
    public record Pair(String words, String difference, int pairs, String p, String corrected, boolean told) {}

    /** A drawing of quality against cost. */
    public record Drawing(int measure, int cost, String title, String svg, List<Mark> marks) {}

    /** A group's mark in a drawing. */
    public record Mark(int number, String label, String style, String place) {}

    /** A group's losses. */
    public record Curve(int number, String label, String svg, Cell gap) {}

    /** What a group's recipe sets that not all do. */
    public record Change(int number, String label, Map<String, String> settings) {}

    /** A run. */
    public record CellRow(
            String name,
            long seed,
            String state,
            String progress,
            List<String> notes,
            List<Cell> measures,
            List<Cell> costs,
            String recipe) {}

    /** A version or a property of the machine, and the runs that have it; no runs are named if all have it. */
    public record Fact(String name, String value, String runs) {}
}
