package dev.atrium.gateway;

import io.smallrye.mutiny.CompositeException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Results of several {@code Uni}s, or the first failure, once all have completed: a join that is cancelled halfway would never
 * be undone. Pure.
 */
final class Completions {

    /** Maximum number of rooms of one client whose histories are read at a time. */
    private static final int MAX_READS = 8;

    private Completions() {
    }

    static <T> Uni<List<T>> all(List<Uni<T>> works) {
        return works.isEmpty() ? Uni.createFrom().item(new ArrayList<>())
                : Uni.join().all(works).andCollectFailures().onFailure(CompositeException.class)
                        .transform(Completions::first);
    }

    /** As {@link #all}, a few at a time: a client may be in a thousand rooms, and each reads from the history of one. */
    static <T> Uni<List<T>> someAtATime(List<Uni<T>> works) {
        // Not Uni.join() with a concurrency: it nests the subscriptions of works that complete at once, and a thousand would
        // overflow the stack.
        return Multi.createFrom().range(0, works.size())
                .onItem().transformToUni(index -> works.get(index).onItemOrFailure()
                        .transform((item, failure) -> new Outcome<>(index, item, failure)))
                .merge(MAX_READS).collect().asList().chain(Completions::items);
    }

    private record Outcome<T>(int index, T item, Throwable failure) {
    }

    private static <T> Uni<List<T>> items(List<Outcome<T>> outcomes) {
        Throwable failure = outcomes.stream().map(Outcome::failure).filter(Objects::nonNull).findFirst().orElse(null);
        return failure != null ? Uni.createFrom().failure(failure)
                : Uni.createFrom().item(outcomes.stream().sorted(Comparator.comparingInt(Outcome::index)).map(Outcome::item)
                        .toList());
    }

    /** Both results, which are awaited at the same time. */
    static <A, B> Uni<Tuple2<A, B>> both(Uni<A> one, Uni<B> other) {
        return Uni.combine().all().unis(one, other).collectFailures().asTuple().onFailure(CompositeException.class)
                .transform(Completions::first);
    }

    private static Throwable first(Throwable failures) {
        return ((CompositeException) failures).getCauses().get(0);
    }
}
