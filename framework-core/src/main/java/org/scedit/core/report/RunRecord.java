package org.scedit.core.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A run, as far as its files tell.
 *
 * @param name       of the cell, unique in the report
 * @param role       what it is in the comparison
 * @param chosen     whether it takes part in the comparison; a sweep may have tried others that it did not choose
 * @param seed       the recipe's {@code seed}
 * @param folder     where it is
 * @param state      how far it is
 * @param notes      for people: why it failed, which of its files cannot be read
 * @param steps      that it is to train, where its recipe tells
 * @param settings   what a sweep set for it; empty for a run of its own
 * @param recipe     all its settings by path; empty before it has begun
 * @param recipeHash SHA-256 of its recipe.yaml, empty text before it has begun
 * @param measures   what was measured
 * @param cost       what it took
 * @param stepsDone  the last step whose line is written; 0 for none
 * @param losses     over these steps
 * @param pictures   what was drawn
 */
record RunRecord(
        String name,
        Role role,
        boolean chosen,
        long seed,
        Path folder,
        State state,
        List<String> notes,
        OptionalInt steps,
        Map<String, String> settings,
        Map<String, String> recipe,
        String recipeHash,
        List<MeasuredValue> measures,
        Cost cost,
        int stepsDone,
        LossCourse losses,
        Optional<PictureRows> pictures) {

    /** The same run under another name, in another role. */
    RunRecord in(String newName, Role newRole, Map<String, String> newSettings) {
        return new RunRecord(
                newName,
                newRole,
                chosen,
                seed,
                folder,
                state,
                notes,
                steps,
                newSettings,
                recipe,
                recipeHash,
                measures,
                cost,
                stepsDone,
                losses,
                pictures);
    }

    /** Its group's name. */
    String group() {
        return role.group();
    }

    /** Which of its group's runs it is. */
    Repetition repetition() {
        return new Repetition(role.replicate(), seed);
    }

    /** {@code unfinished, step 120 of 400}. */
    String progress() {
        boolean counts = state == State.UNFINISHED || state == State.FAILED && stepsDone > 0;
        return !counts
                ? state.word()
                : state.word() + ", step " + stepsDone + (steps.isPresent() ? " of " + steps.getAsInt() : "");
    }

    /** What was measured under this name. */
    Optional<MeasuredValue> measure(String quality) {
        return measures.stream()
                .filter(measure -> measure.quality().name().equals(quality))
                .findFirst();
    }
}
