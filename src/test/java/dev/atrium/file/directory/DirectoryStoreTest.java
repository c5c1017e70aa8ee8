package dev.atrium.file.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.file.FileStore;
import dev.atrium.file.FileStoreContract;
import dev.atrium.file.StoreFullException;
import dev.atrium.file.StoredFile;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** File store in a directory: the contract, full disks, paths, leftovers of a crash, and private directories. */
class DirectoryStoreTest extends FileStoreContract {

    @TempDir
    private Path directory;

    @Override
    protected FileStore open() throws IOException {
        return DirectoryStore.in(directory.resolve("deep/files"), 0);
    }

    @Override
    protected void age(StoredFile file, Duration by) throws IOException {
        setAge(root().resolve(file.id()).resolve("present"), by);
    }

    @Test
    void a_file_that_does_not_fit_is_refused_before_it_begins() {
        StoredFile file = file(id(), Long.MAX_VALUE / 2);
        assertThatThrownBy(() -> await(store().create(file))).isInstanceOf(StoreFullException.class);
        assertThat(await(store().find(file.id()))).isNull();
        assertThat(await(store().list())).isEmpty();
    }

    @Test
    void space_that_is_reserved_for_others_is_not_used() throws Exception {
        StoredFile before = begun(2000);
        try (DirectoryStore reserving = DirectoryStore.in(root(), Long.MAX_VALUE / 2)) {
            assertThatThrownBy(() -> await(reserving.create(file(id(), 1)))).isInstanceOf(StoreFullException.class);
            assertThatThrownBy(() -> await(reserving.write(before, 0, ByteBuffer.allocate(1000))))
                    .isInstanceOf(StoreFullException.class);
            assertThat(await(reserving.find(before.id()))).isEqualTo(before);
        }
    }

    @Test
    @DisabledOnOs(value = { OS.WINDOWS, OS.MAC }, disabledReason = "only Linux has /dev/full")
    void a_full_disk_fails_the_write_and_damages_no_stored_file() throws Exception {
        StoredFile file = begun(2000);
        assertThat(await(store().write(file, 0, ByteBuffer.allocate(1000)))).isTrue();
        // Every write to /dev/full fails with ENOSPC.
        Path data = root().resolve(file.id()).resolve("data");
        Path aside = Files.move(data, data.resolveSibling("aside"));
        Files.createSymbolicLink(data, Path.of("/dev/full"));
        assertThatThrownBy(() -> await(store().write(file, 1, ByteBuffer.allocate(1000))))
                .isInstanceOf(StoreFullException.class);
        Files.delete(data);
        Files.move(aside, data);
        assertThat(await(store().present(file)).cardinality()).isEqualTo(1);
        assertThat(await(store().read(file, 0))).hasSize(1000);
        assertThat(await(store().write(file, 1, ByteBuffer.allocate(1000)))).isTrue();
    }

    @Test
    void a_file_that_cannot_be_replaced_leaves_nothing_behind() throws Exception {
        Path target = Files.createDirectories(directory.resolve("new/file.json/not empty")).getParent();
        assertThatThrownBy(() -> FileDirectory.replace(target, new byte[1])).isInstanceOf(IOException.class);
        assertThat(target.getParent()).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void an_id_never_leads_out_of_the_directory() throws Exception {
        StoredFile file = file("../../out", 1);
        assertThatThrownBy(() -> await(store().create(file))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> await(store().write(file, 0, ByteBuffer.allocate(1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> await(store().delete(file))).isInstanceOf(IllegalArgumentException.class);
        try (Stream<Path> all = Files.walk(directory)) {
            assertThat(all.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void foreign_files_in_the_directory_are_ignored() throws Exception {
        Files.createDirectory(root().resolve("lost+found"));
        Files.createDirectory(root().resolve("empty"));
        Files.writeString(root().resolve("README.md"), "of another program");
        Files.createDirectory(root().resolve("broken"));
        Files.writeString(root().resolve("broken/file.json"), "{");
        StoredFile file = begun(1);
        assertThat(await(store().list())).containsExactly(file);
        assertThat(await(store().abandoned(0))).isEmpty();
        assertThat(root().resolve("lost+found")).exists();
    }

    @Test
    void leftovers_of_a_crash_are_removed_but_no_upload_in_progress() throws Exception {
        Path left = Files.createDirectory(root().resolve(".new-1"));
        Files.writeString(left.resolve("data"), "x");
        Path gone = Files.createDirectory(root().resolve(".gone-id-1"));
        Path fresh = Files.createDirectory(root().resolve(".new-2"));
        setAge(left, Duration.ofHours(1));
        setAge(gone, Duration.ofHours(1));
        assertThat(await(store().abandoned(0))).isEmpty();
        assertThat(left).doesNotExist();
        assertThat(gone).doesNotExist();
        assertThat(fresh).exists();
    }

    @Test
    void a_list_of_thousands_is_read_from_the_disk_once() throws Exception {
        List<StoredFile> files = IntStream.range(0, 2000)
                .mapToObj(i -> new StoredFile(id(), "/", "r", "n", 0, null, null, null, null, null, 1, 1, 2,
                        StoredFile.State.PUBLISHED))
                .toList();
        for (StoredFile file : files) {
            FileDirectory.create(root(), file);
        }
        assertThat(await(store().list())).containsExactlyInAnyOrderElementsOf(files);
        for (StoredFile file : files) {
            Files.writeString(root().resolve(file.id()).resolve("file.json"), "");
        }
        assertThat(await(store().list())).containsExactlyInAnyOrderElementsOf(files);
    }

    @Test
    void a_directory_that_is_deleted_meanwhile_is_made_again_with_the_next_file() throws Exception {
        FileDirectory.remove(root());
        assertThat(await(store().list())).isEmpty();
        assertThat(await(store().find("x"))).isNull();
        StoredFile file = begun(1);
        assertThat(await(store().list())).containsExactly(file);
    }

    @Test
    void a_chunk_of_a_file_that_is_gone_with_the_directory_finds_no_full_disk() throws Exception {
        StoredFile file = begun(1);
        FileDirectory.remove(root());
        assertThat(await(store().write(file, 0, ByteBuffer.allocate(1)))).isFalse();
    }

    @Test
    void a_directory_that_cannot_be_made_is_no_store() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> DirectoryStore.in(file, 0)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> DirectoryStore.in(file.resolve("below"), 0)).isInstanceOf(IOException.class);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void a_private_directory_is_made_with_the_first_file_and_for_its_owner_alone() throws Exception {
        Path own = directory.resolve("atrium-files");
        try (DirectoryStore store = DirectoryStore.privatelyIn(own, 0)) {
            assertThat(await(store.list())).isEmpty();
            assertThat(own).doesNotExist();
            await(store.create(file(id(), 1)));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own))).isEqualTo("rwx------");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void a_private_directory_that_others_may_read_or_have_made_is_not_used() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), Files.createTempDirectory(directory, "target"));
        for (Path path : List.of(open, link)) {
            try (DirectoryStore store = DirectoryStore.privatelyIn(path, 0)) {
                assertThatThrownBy(() -> await(store.create(file(id(), 1)))).hasMessageContaining("atrium.file.directory");
                assertThat(path).isEmptyDirectory();
            }
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void of_a_private_directory_that_others_have_made_nothing_is_read() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        StoredFile file = file(id(), 1);
        FileDirectory.create(open, file);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (DirectoryStore store = DirectoryStore.privatelyIn(open, 0)) {
            for (Uni<?> read : List.of(store.find(file.id()), store.list(), store.read(file, 0), store.present(file),
                    store.update(file), store.abandoned(Long.MAX_VALUE))) {
                assertThatThrownBy(() -> await(read)).hasMessageContaining("atrium.file.directory");
            }
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void a_private_directory_that_is_replaced_meanwhile_is_not_used() throws Exception {
        Path own = directory.resolve("atrium-files");
        try (DirectoryStore store = DirectoryStore.privatelyIn(own, 0)) {
            await(store.create(file(id(), 1)));
            Files.move(own, directory.resolve("aside"));
            Files.setPosixFilePermissions(Files.createDirectory(own), PosixFilePermissions.fromString("rwxrwxrwx"));
            assertThatThrownBy(() -> await(store.list())).hasMessageContaining("atrium.file.directory");
        }
    }

    private Path root() {
        return directory.resolve("deep/files");
    }

    private static void setAge(Path path, Duration age) throws IOException {
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
    }
}
