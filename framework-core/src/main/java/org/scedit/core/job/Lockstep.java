package org.scedit.core.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.TextStates;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.train.EncodedData;
import org.scedit.core.train.SharedEncodings;
import org.scedit.core.train.Trainer;

/**
 * Trains several recipes side by side in this process: the base model is loaded once, the data set encoded once, and in
 * every step the U-Net's frozen way down is computed once for all of them. Each is otherwise a run of its own, with its
 * own way up, optimizer and folder, and ends with the bytes of a run alone. One may begin anew where another goes on from
 * a checkpoint.
 *
 * <p>A run is a thread of its own, but only one has its {@linkplain Turns turn}: there is one graph of gradients in memory
 * at a time.
 */
public final class Lockstep {
    private final RecipeRun runs;

    /**
     * A run to be made.
     *
     * @param recipe  with the run's folder as its output
     * @param begun   whether the folder holds a run to go on with
     * @param options each with its own place for progress and results
     */
    public record Member(Recipe recipe, boolean begun, RecipeRun.Options options) {}

    /**
     * How it all went.
     *
     * @param failures     for every member why it ended without a result; empty where it did not
     * @param secondsSaved of ways down that were not computed
     */
    public record Outcome(List<Optional<Throwable>> failures, double secondsSaved) {
        public Outcome {
            failures = List.copyOf(failures);
        }
    }

    /** @param runs does each recipe */
    public Lockstep(RecipeRun runs) {
        this.runs = runs;
    }

    /**
     * Runs them all. One that fails does not keep the others from going on.
     *
     * @throws UserException if they cannot be trained side by side; the message says why, and nothing was started
     */
    public Outcome run(List<Member> members) {
        requireTogether(members);
        try (SharedEncodings encodings = new SharedEncodings()) {
            var group = new Group(members.size(), encodings);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < members.size(); i++) {
                threads.add(group.start(i, members.get(i)));
            }
            threads.forEach(Lockstep::join);
            return new Outcome(group.failures, encodings.secondsSaved());
        }
    }

    /**
     * Why a recipe cannot be trained beside others, as a sentence; empty if it can.
     *
     * @param options takes what finding a hub's model tells
     * @throws UserException if it cannot be run at all
     */
    public Optional<String> whyNot(Recipe recipe, RecipeRun.Options options) {
        return runs.whyNotBesideOthers(recipe, options);
    }

    /**
     * What recipes have in common that can be trained beside each other: equal for those.
     *
     * @param recipe one that {@link #whyNot} has nothing against
     */
    public static Map<String, String> common(Recipe recipe) {
        return LockstepRule.common(recipe);
    }

    private void requireTogether(List<Member> members) {
        List<String> problems = new ArrayList<>();
        Recipe first = members.get(0).recipe();
        for (Member member : members) {
            Recipe recipe = member.recipe();
            runs.whyNotBesideOthers(recipe, member.options())
                    .ifPresentOrElse(
                            reason -> problems.add(recipe.name() + ": " + reason),
                            () -> LockstepRule.difference(first, recipe)
                                    .ifPresent(key -> problems.add(
                                            recipe.name() + ": '" + key + "' is another than in " + first.name())));
        }
        if (!problems.isEmpty()) {
            throw UserException.of(
                    problems, "nothing was started; these cannot be trained from one way down of the U-Net");
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The members' common belongings; only touched by the thread that has the turn. */
    private final class Group {
        private final Turns turns;
        private final SharedEncodings encodings;
        private final List<Optional<Throwable>> failures = new ArrayList<>();
        private DiffusionModel model;
        private Path base;
        private int users;
        private TextStates texts;
        private EncodedData data;
        private int step;
        /** Seconds, by member. */
        private final double[] spared;
        /** Seconds that its steps would have taken by themselves, by member. */
        private final double[] alone;

        Group(int size, SharedEncodings encodings) {
            this.encodings = encodings;
            spared = new double[size];
            alone = new double[size];
            turns = new Turns(size);
            for (int i = 0; i < size; i++) {
                failures.add(Optional.empty());
            }
        }

        Thread start(int number, Member member) {
            int operatorThreads = Torch.threads();
            var thread = new Thread(
                    () -> {
                        turns.begin(number);
                        Torch.setThreads(operatorThreads); // OpenMP counts them for each thread
                        try {
                            run(number, member);
                        } catch (Throwable e) {
                            failures.set(number, Optional.of(e));
                        } finally {
                            turns.leave(number);
                        }
                    },
                    member.recipe().name());
            thread.start();
            return thread;
        }

        private void run(int number, Member member) {
            var companions = new Membership(this, number);
            if (member.begun()) {
                runs.resume(member.recipe().output(), null, member.options(), companions);
            } else {
                runs.run(member.recipe(), member.options(), companions);
            }
        }
    }

    /** One member's part in the group. */
    private record Membership(Group group, int number) implements Companions {
        @Override
        public DiffusionModel model(Path base, Supplier<DiffusionModel> load) {
            if (group.users == 0) {
                group.model = load.get();
                group.base = base;
            }
            if (!group.base.equals(base)) {
                throw new UserException("the base model is " + base + ", that of the runs beside it is " + group.base
                        + "; train it in a process of its own");
            }
            group.users++;
            return group.model;
        }

        @Override
        public void close(DiffusionModel model) {
            group.users--;
            if (group.users == 0) {
                model.close();
                group.texts = null;
            }
        }

        @Override
        public TextStates texts(Supplier<TextStates> make) {
            if (group.texts == null) {
                group.texts = make.get();
            }
            return group.texts;
        }

        @Override
        public EncodedData data(Supplier<EncodedData> encode) {
            if (group.data == null) {
                group.data = encode.get();
            }
            return group.data;
        }

        @Override
        public Optional<SharedEncodings> encodings() {
            return Optional.of(group.encodings);
        }

        @Override
        public Trainer.StepResult step(Trainer trainer) {
            group.turns.await(number, trainer.steps());
            if (group.step != trainer.steps()) {
                group.encodings.forget();
                group.step = trainer.steps();
            }
            double before = group.encodings.secondsSaved();
            Trainer.StepResult result = trainer.step();
            double spared = group.encodings.secondsSaved() - before;
            group.spared[number] += spared;
            group.alone[number] += result.seconds() + spared;
            return result.with(result.seconds() + spared);
        }

        @Override
        public Optional<Saving> saving() {
            return Optional.of(new Saving(group.spared.length, group.spared[number], group.alone[number]));
        }
    }
}
