package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs of the job that deletes old files. */
class ExpiryJobTest {

    private final List<UniEmitter<? super List<StoredFile>>> lists = new ArrayList<>();

    private final List<StoredFile> abandoned = new ArrayList<>();
    private boolean returned;

    /** A store that lists its files when the test lets it. */
    private final FileStore store = (FileStore) Proxy.newProxyInstance(FileStore.class.getClassLoader(),
            new Class<?>[] { FileStore.class },
            (proxy, method, arguments) -> switch (method.getName()) {
                case "list" -> Uni.createFrom().<List<StoredFile>> emitter(lists::add);
                case "abandoned" -> Uni.createFrom().item(List.copyOf(abandoned));
                case "find" -> Uni.createFrom().item(abandoned.get(0));
                case "isAbandoned" -> Uni.createFrom().item(!returned);
                case "delete" -> Uni.createFrom().voidItem();
                default -> throw new UnsupportedOperationException(method.getName());
            });

    @Test
    void an_upload_whose_client_has_come_back_since_it_was_listed_is_kept() {
        abandoned.add(SampleFiles.coming("id", "room", "session", null, 1));
        ExpiryJob job = new ExpiryJob(store, null, Duration.ofDays(1), Duration.ofDays(1), Clock.systemUTC());
        returned = true;
        run(job);
        assertThat(job.swept()).isZero();
        returned = false;
        run(job);
        assertThat(job.swept()).isOne();
    }

    private void run(ExpiryJob job) {
        job.once().subscribe().with(done -> {
        });
        lists.get(lists.size() - 1).complete(List.of());
    }

    @Test
    void a_run_that_takes_longer_than_the_interval_is_not_joined_by_a_second_one() {
        ExpiryJob job = new ExpiryJob(store, null, Duration.ofDays(1), Duration.ofDays(1), Clock.systemUTC());
        job.once().subscribe().with(done -> {
        });
        job.once().subscribe().with(done -> {
        });
        assertThat(lists).hasSize(1);

        lists.get(0).complete(List.of());
        job.once().subscribe().with(done -> {
        });
        assertThat(lists).as("the first one has ended").hasSize(2);
    }
}
