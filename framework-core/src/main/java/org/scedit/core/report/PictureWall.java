package org.scedit.core.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pictures of runs that drew the same prompts from the same noise, of one replicate: what they are held against above,
 * then a row for each run. Rows of the same pictures, such as the base model's, stand there once.
 *
 * @param place   the replicate's name; empty where only seeds are repeated
 * @param columns prompt and noise seed of each
 * @param rows    from top to bottom
 */
public record PictureWall(String place, List<Column> columns, List<Row> rows) {
    /** The head of a column. */
    public record Column(String prompt, long seed) {}

    /**
     * A row of pictures.
     *
     * @param group    its group's number; 0 for one of what the groups are held against
     * @param label    the group's, or {@code target}, {@code condition edges}
     * @param seed     of the run; 0 where there is none
     * @param shown    whether it stands there from the beginning, as the first seed of each group does
     * @param pictures addresses, empty texts for those that are missing
     */
    public record Row(int group, String label, long seed, boolean shown, List<String> pictures) {}

    /** One wall for each list of prompts and noise seeds, and each replicate. */
    static List<PictureWall> of(List<Group> groups) {
        Map<List<Object>, PictureWall> walls = new LinkedHashMap<>();
        groups.forEach(group -> group.runs().forEach(run -> run.pictures().ifPresent(drawn -> {
            List<Column> columns = columns(drawn);
            String place = run.repetition().place();
            walls.computeIfAbsent(List.of(place, columns), key -> new PictureWall(place, columns, new ArrayList<>()))
                    .add(group, run, drawn);
        })));
        walls.values().forEach(wall -> wall.rows.sort((a, b) -> Integer.compare(a.group, b.group)));
        return List.copyOf(walls.values());
    }

    private static List<Column> columns(PictureRows drawn) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < drawn.prompts().size(); i++) {
            columns.add(new Column(
                    drawn.prompts().get(i),
                    i < drawn.seeds().size() ? drawn.seeds().get(i) : 0));
        }
        return columns;
    }

    private void add(Group group, RunRecord run, PictureRows drawn) {
        for (PictureRows.Row row : drawn.rows()) {
            List<String> pictures = addresses(row.files());
            boolean first = rows.stream().noneMatch(other -> other.group == group.number());
            if (row.name().equals(PictureRows.AFTER)) {
                rows.add(new Row(group.number(), group.label(), run.seed(), first, pictures));
            } else if (rows.stream().noneMatch(other -> other.group == 0 && other.pictures.equals(pictures))) {
                boolean again = rows.stream().anyMatch(other -> other.group == 0 && other.label.equals(row.name()));
                String label = again ? row.name() + " of " + run.name() : row.name();
                rows.add(new Row(0, label, 0, true, pictures));
            }
        }
    }

    private List<String> addresses(List<Path> files) {
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Optional<String> address = i < files.size() ? PictureFiles.address(files.get(i)) : Optional.empty();
            addresses.add(address.orElse(""));
        }
        return addresses;
    }
}
