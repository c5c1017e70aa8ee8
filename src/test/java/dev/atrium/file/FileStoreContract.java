package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contract of every file store. */
public abstract class FileStoreContract {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int CHUNK = 1000;
    private static final Random RANDOM = new Random(7);
    private static final String LONG = "0123456789012345678901234567890123456789012345678901234567890123";
    /** Longer than the name of a file may be. */
    private static final String TOO_LONG = LONG + LONG + LONG + LONG;

    private FileStore store;
    private FileStore other;

    /** Opens a new instance on the same storage, like another replica or a restarted one. */
    protected abstract FileStore open() throws Exception;

    /** Makes the last write to a file look older than it is. */
    protected abstract void age(StoredFile file, Duration by) throws Exception;

    @BeforeEach
    void start() throws Exception {
        store = open();
        other = open();
    }

    @AfterEach
    void stop() throws Exception {
        close(store);
        close(other);
    }

    @Test
    void a_file_that_was_begun_is_found_as_it_was_given_and_has_no_chunks() {
        StoredFile file = begun(2500);
        assertThat(await(store.find(file.id()))).isEqualTo(file);
        assertThat(await(store.present(file))).isEqualTo(new BitSet());
        assertThat(await(store.read(file, 0))).isNull();
        assertThat(await(store.list())).contains(file);
    }

    @Test
    void absent_metadata_of_a_file_stays_absent() {
        StoredFile file = new StoredFile(id(), "/", "ü room", "na\nme \"x\" 😀.png", 5, "image/png", null, null, null, null,
                CHUNK, 1,
                0, StoredFile.State.UPLOADING);
        await(store.create(file));
        assertThat(await(other.find(file.id()))).isEqualTo(file);
    }

    @Test
    void chunks_come_in_any_order_and_the_last_one_is_short() {
        StoredFile file = begun(9 * CHUNK + 1);
        byte[] bytes = bytes(file);
        List<Integer> order = new ArrayList<>(IntStream.range(0, file.chunks()).boxed().toList());
        Collections.shuffle(order, RANDOM);
        BitSet expected = new BitSet();
        for (int index : order) {
            assertThat(await(store.write(file, index, ByteBuffer.wrap(chunk(file, bytes, index))))).isTrue();
            expected.set(index);
            assertThat(await(store.present(file))).isEqualTo(expected);
        }
        assertThat(await(store.read(file, 9))).hasSize(1);
        assertThat(content(store, file)).isEqualTo(bytes);
    }

    @Test
    void a_chunk_that_comes_again_replaces_the_one_before() {
        StoredFile file = begun(2 * CHUNK);
        await(store.write(file, 1, ByteBuffer.allocate(CHUNK)));
        byte[] later = chunk(file, bytes(file), 1);
        assertThat(await(other.write(file, 1, ByteBuffer.wrap(later)))).isTrue();
        assertThat(await(store.read(file, 1))).isEqualTo(later);
        assertThat(await(store.present(file)).cardinality()).isEqualTo(1);
    }

    @Test
    void chunks_come_at_the_same_time_over_two_replicas_and_each_of_them_twice() {
        StoredFile file = begun(50 * CHUNK - 1);
        byte[] bytes = bytes(file);
        List<Uni<Boolean>> writes = new ArrayList<>();
        for (int index = 0; index < file.chunks(); index++) {
            writes.add(store.write(file, index, ByteBuffer.wrap(chunk(file, bytes, index))));
            writes.add(other.write(file, index, ByteBuffer.wrap(chunk(file, bytes, index))));
        }
        assertThat(await(Uni.join().all(writes).andFailFast())).doesNotContain(false);
        assertThat(await(store.present(file)).cardinality()).isEqualTo(50);
        assertThat(content(other, file)).isEqualTo(bytes);
    }

    @Test
    void a_chunk_of_the_usual_size_is_read_as_it_was_written() {
        StoredFile file = new StoredFile(id(), "/", "r", "big", 600_000, null, null, null, null, null, 262_144, 1, 0,
                StoredFile.State.UPLOADING);
        await(store.create(file));
        byte[] bytes = bytes(file);
        for (int index = 0; index < 3; index++) {
            await(store.write(file, index, ByteBuffer.wrap(chunk(file, bytes, index))));
        }
        assertThat(content(other, file)).isEqualTo(bytes);
    }

    @Test
    void a_hole_between_two_chunks_is_no_chunk() {
        StoredFile file = begun(3 * CHUNK);
        await(store.write(file, 2, ByteBuffer.wrap(chunk(file, bytes(file), 2))));
        assertThat(await(store.read(file, 0))).isNull();
        assertThat(await(store.read(file, 1))).isNull();
        assertThat(await(store.read(file, 2))).isNotNull();
    }

    @Test
    void an_empty_file_has_no_chunks_and_is_whole_at_once() {
        StoredFile file = begun(0);
        assertThat(await(store.present(file)).isEmpty()).isTrue();
        StoredFile whole = file.completed("e3b0", 5);
        await(store.update(whole));
        assertThat(await(other.find(file.id()))).isEqualTo(whole);
    }

    @Test
    void a_complete_file_is_marked_complete_and_is_still_readable() {
        StoredFile file = begun(CHUNK + 1);
        byte[] bytes = fill(file);
        assertThat(await(other.find(file.id())).isComplete()).isFalse();
        StoredFile whole = file.completed("ab12", 1234);
        assertThat(await(store.update(whole))).isEqualTo(whole);
        assertThat(await(store.find(file.id()))).isEqualTo(whole);
        assertThat(await(other.find(file.id()))).isEqualTo(whole);
        assertThat(await(other.list())).contains(whole).doesNotContain(file);
        assertThat(content(other, whole)).isEqualTo(bytes);
    }

    @Test
    void a_file_that_is_sealed_takes_nothing_until_it_is_cleared() {
        StoredFile file = begun(CHUNK);
        byte[] bytes = fill(file);
        assertThat(await(store.update(file.as(StoredFile.State.SEALED))).state()).isEqualTo(StoredFile.State.SEALED);
        assertThat(await(other.write(file, 0, ByteBuffer.allocate(CHUNK)))).isFalse();
        assertThat(content(other, file)).isEqualTo(bytes);
        assertThat(await(store.abandoned(Long.MAX_VALUE))).extracting(StoredFile::id).contains(file.id());
        await(store.clear(file));
        assertThat(await(store.present(file)).isEmpty()).isTrue();
        assertThat(await(other.write(file, 0, ByteBuffer.wrap(bytes)))).isTrue();
    }

    @Test
    void a_file_that_is_complete_is_not_cleared_by_a_replica_that_comes_late() {
        StoredFile file = begun(CHUNK);
        byte[] bytes = fill(file);
        StoredFile whole = file.completed("00", 1);
        await(store.update(whole));
        await(other.clear(file));
        assertThat(await(other.find(file.id()))).isEqualTo(whole);
        assertThat(content(store, whole)).isEqualTo(bytes);
        StoredFile said = whole.as(StoredFile.State.PUBLISHED);
        assertThat(await(store.update(said))).isEqualTo(said);
        assertThat(await(other.list())).contains(said);
    }

    @Test
    void a_file_goes_forward_alone_whichever_replica_comes_last() {
        StoredFile file = begun(CHUNK);
        byte[] bytes = fill(file);
        StoredFile said = file.completed("00", 1).as(StoredFile.State.PUBLISHED);
        await(store.update(said));
        assertThat(await(other.update(file.as(StoredFile.State.SEALED)))).isEqualTo(said);
        assertThat(await(other.update(file.completed("11", 2)))).isEqualTo(said);
        assertThat(await(store.find(file.id()))).isEqualTo(said);
        assertThat(await(store.abandoned(Long.MAX_VALUE))).extracting(StoredFile::id).doesNotContain(file.id());
        assertThat(content(other, said)).isEqualTo(bytes);
    }

    @Test
    void a_file_that_was_verified_never_changes() {
        StoredFile file = begun(CHUNK);
        byte[] bytes = fill(file);
        StoredFile whole = file.completed("00", 1);
        await(store.update(whole));
        assertThat(await(other.write(file, 0, ByteBuffer.allocate(CHUNK)))).isFalse();
        assertThat(content(store, whole)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = { "unknown", "../..", "a/b", "", ".", "a b", "file.json", TOO_LONG })
    void an_id_that_no_file_has_is_not_found(String id) {
        assertThat(await(store.find(id))).isNull();
    }

    @Test
    void a_file_that_there_is_not_takes_nothing_and_gives_nothing() {
        StoredFile file = file(id(), CHUNK);
        assertThat(await(store.write(file, 0, ByteBuffer.allocate(CHUNK)))).isFalse();
        assertThat(await(store.present(file)).isEmpty()).isTrue();
        assertThat(await(store.read(file, 0))).isNull();
        await(store.clear(file));
        assertThat(await(store.update(file.completed("ab", 1)))).isNull();
        await(store.delete(file));
        assertThat(await(store.find(file.id()))).isNull();
        assertThat(await(store.list())).extracting(StoredFile::id).doesNotContain(file.id());
    }

    @Test
    void a_deleted_file_is_gone_for_every_replica_and_can_be_deleted_again() {
        StoredFile file = begun(2 * CHUNK);
        fill(file);
        StoredFile whole = file.completed("ab12", 1234);
        await(store.update(whole));
        assertThat(await(other.list())).contains(whole);
        await(store.delete(whole));
        assertThat(await(store.find(file.id()))).isNull();
        assertThat(await(other.find(file.id()))).isNull();
        assertThat(await(other.list())).doesNotContain(whole);
        assertThat(await(other.read(whole, 0))).isNull();
        assertThat(await(other.present(whole)).isEmpty()).isTrue();
        await(other.delete(whole));
        await(store.delete(file));
    }

    @Test
    void a_chunk_that_comes_after_its_file_was_deleted_is_refused_and_brings_nothing_back() {
        StoredFile file = begun(2 * CHUNK);
        await(store.delete(file));
        assertThat(await(other.write(file, 0, ByteBuffer.allocate(CHUNK)))).isFalse();
        await(other.update(file.completed("ab", 1)));
        await(other.clear(file));
        assertThat(await(store.find(file.id()))).isNull();
        assertThat(await(store.present(file)).isEmpty()).isTrue();
    }

    @Test
    void a_file_that_is_deleted_while_its_chunks_come_leaves_nothing_behind() {
        StoredFile file = begun(40 * CHUNK);
        List<Uni<Object>> steps = new ArrayList<>();
        for (int index = 0; index < 40; index++) {
            steps.add((index % 2 == 0 ? store : other).write(file, index, ByteBuffer.allocate(CHUNK)).map(there -> there));
        }
        steps.add(20, store.delete(file).map(gone -> gone));
        await(Uni.join().all(steps).andFailFast());
        assertThat(await(store.find(file.id()))).isNull();
        assertThat(await(store.present(file)).isEmpty()).isTrue();
        assertThat(await(store.write(file, 0, ByteBuffer.allocate(CHUNK)))).isFalse();
    }

    @Test
    void a_file_that_is_cleared_is_still_there_and_begins_anew() {
        StoredFile file = begun(3 * CHUNK);
        fill(file);
        await(store.clear(file));
        assertThat(await(other.find(file.id()))).isEqualTo(file);
        assertThat(await(other.present(file)).isEmpty()).isTrue();
        assertThat(await(other.read(file, 1))).isNull();
        byte[] bytes = fill(file);
        assertThat(content(other, file)).isEqualTo(bytes);
    }

    @Test
    void a_server_that_is_started_again_continues_with_its_files() throws Exception {
        StoredFile file = begun(3 * CHUNK);
        byte[] bytes = bytes(file);
        await(store.write(file, 1, ByteBuffer.wrap(chunk(file, bytes, 1))));
        close(store);
        store = open();
        BitSet second = new BitSet();
        second.set(1);
        assertThat(await(store.present(file))).isEqualTo(second);
        await(store.write(file, 0, ByteBuffer.wrap(chunk(file, bytes, 0))));
        await(store.write(file, 2, ByteBuffer.wrap(chunk(file, bytes, 2))));
        assertThat(content(store, file)).isEqualTo(bytes);
    }

    @Test
    void two_files_do_not_know_each_other() {
        StoredFile one = begun(CHUNK);
        StoredFile two = begun(CHUNK);
        byte[] bytes = fill(one);
        await(store.write(two, 0, ByteBuffer.allocate(CHUNK)));
        await(store.delete(two));
        assertThat(content(other, one)).isEqualTo(bytes);
    }

    @Test
    void many_files_are_listed_each_once() {
        List<StoredFile> files = IntStream.range(0, 60).mapToObj(i -> file(id(), CHUNK)).toList();
        await(Uni.join().all(files.stream().map(store::create).toList()).andFailFast());
        assertThat(await(other.list())).containsAll(files).doesNotHaveDuplicates();
        assertThat(await(other.list())).containsAll(files).doesNotHaveDuplicates();
    }

    @Test
    void abandoned_is_what_still_comes_and_rests() throws Exception {
        StoredFile resting = begun(3 * CHUNK);
        await(store.write(resting, 0, ByteBuffer.allocate(CHUNK)));
        StoredFile empty = begun(CHUNK);
        StoredFile whole = begun(CHUNK);
        fill(whole);
        await(store.update(whole.completed("ab", 5)));
        for (StoredFile file : List.of(resting, empty, whole)) {
            age(file, Duration.ofHours(2));
        }
        StoredFile busy = begun(3 * CHUNK);
        await(store.write(busy, 0, ByteBuffer.allocate(CHUNK)));
        long anHourAgo = System.currentTimeMillis() - 3_600_000;
        assertThat(await(other.abandoned(anHourAgo))).contains(resting, empty).extracting(StoredFile::id)
                .doesNotContain(busy.id(), whole.id());
        assertThat(await(other.abandoned(System.currentTimeMillis() + 3_600_000))).contains(resting, empty, busy)
                .extracting(StoredFile::id).doesNotContain(whole.id());
        assertThat(await(other.isAbandoned(resting, anHourAgo))).isTrue();
        await(store.write(resting, 1, ByteBuffer.allocate(CHUNK)));
        assertThat(await(other.isAbandoned(resting, anHourAgo))).as("its client goes on").isFalse();
        await(store.delete(empty));
        assertThat(await(other.isAbandoned(empty, anHourAgo))).as("there is nothing to delete").isFalse();
    }

    @Test
    void to_write_to_a_file_or_to_clear_it_ends_its_rest() throws Exception {
        StoredFile written = begun(2 * CHUNK);
        StoredFile cleared = begun(2 * CHUNK);
        age(written, Duration.ofHours(2));
        age(cleared, Duration.ofHours(2));
        await(other.write(written, 1, ByteBuffer.allocate(CHUNK)));
        await(other.clear(cleared));
        assertThat(await(store.abandoned(System.currentTimeMillis() - 3_600_000))).doesNotContain(written, cleared);
    }

    @Test
    void a_file_that_is_sealed_is_not_abandoned_while_it_is_verified() throws Exception {
        StoredFile file = begun(CHUNK);
        fill(file);
        age(file, Duration.ofHours(2));
        await(store.update(file.as(StoredFile.State.SEALED)));
        assertThat(await(other.isAbandoned(file, System.currentTimeMillis() - 3_600_000))).isFalse();
    }

    protected final FileStore store() {
        return store;
    }

    protected final StoredFile begun(long size) {
        StoredFile file = file(id(), size);
        await(store.create(file));
        return file;
    }

    protected static StoredFile file(String id, long size) {
        return new StoredFile(id, "/chat", "lobby", "photo.png", size, "image/png", "abcd", "session", "ann", null, CHUNK,
                1_700_000_000_000L, 0, StoredFile.State.UPLOADING);
    }

    protected static StoredFile whole(StoredFile file) {
        return file.completed("ab12", 1234);
    }

    protected static String id() {
        return UUID.randomUUID().toString();
    }

    protected static <T> T await(Uni<T> uni) {
        return uni.await().atMost(PATIENCE);
    }

    private byte[] fill(StoredFile file) {
        byte[] bytes = bytes(file);
        for (int index = 0; index < file.chunks(); index++) {
            await(store.write(file, index, ByteBuffer.wrap(chunk(file, bytes, index))));
        }
        return bytes;
    }

    private static byte[] bytes(StoredFile file) {
        byte[] bytes = new byte[(int) file.size()];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static byte[] chunk(StoredFile file, byte[] bytes, int index) {
        int from = (int) file.offset(index);
        return Arrays.copyOfRange(bytes, from, from + file.length(index));
    }

    private static byte[] content(FileStore from, StoredFile file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int index = 0; index < file.chunks(); index++) {
            out.writeBytes(await(from.read(file, index)));
        }
        return out.toByteArray();
    }

    private static void close(FileStore store) throws Exception {
        if (store instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }
}
