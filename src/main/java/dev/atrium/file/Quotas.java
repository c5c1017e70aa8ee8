package dev.atrium.file;

import dev.atrium.gateway.ErrorReply;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Quotas of files. An upload counts with its whole size from its beginning.
 *
 * @param size maximum bytes of one file
 * @param userBytes maximum bytes of all files of a user, or of the anonymous clients of one address
 * @param userFiles maximum number of files of a user, or of the anonymous clients of one address
 * @param unfinished maximum number of concurrent uploads of one user, or of one anonymous session
 */
record Quotas(long size, long roomBytes, long userBytes, long totalBytes, int roomFiles, int userFiles, int totalFiles,
        int unfinished) {

    /** Maximum number of chunks of a file: the set of its stored chunks is in memory while the file is processed. */
    private static final int MAX_CHUNKS = 1 << 20;

    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;
    private static final int TOO_LARGE = 413;
    private static final int TOO_MANY = 429;
    private static final int FULL = 507;

    /** Quotas from the settings. Defaults are much lower for Redis, which keeps everything in memory. */
    static Quotas of(FileConfig config, FileConfig.Kind kind, int chunk) {
        boolean small = kind == FileConfig.Kind.REDIS;
        long size = Math.min(config.maxSize().orElse(small ? 16 * MIB : 2 * GIB), (long) chunk * MAX_CHUNKS);
        return new Quotas(size, config.roomBytes().orElse(small ? 64 * MIB : 10 * GIB),
                config.userBytes().orElse(small ? 64 * MIB : 10 * GIB),
                config.totalBytes().orElse(small ? 256 * MIB : 50 * GIB),
                config.roomFiles(), config.userFiles(), config.totalFiles(), config.unfinished());
    }

    /** @throws ErrorReply 413, 429 or 507 if another file of that size exceeds a quota */
    void check(List<StoredFile> all, StoredFile more) {
        if (more.size() > size) {
            throw ErrorReply.parameter(TOO_LARGE, "size", "expected at most " + size + " bytes");
        }
        if (all.stream().filter(file -> !file.isComplete() && isOfTheSame(file, more)).count() >= unfinished) {
            throw new ErrorReply(TOO_MANY, unfinished + " files are being sent already; finish or abort some");
        }
        Predicate<StoredFile> inRoom = file -> file.roomId().equals(more.roomId());
        if (all.stream().filter(inRoom).count() >= roomFiles) {
            throw ErrorReply.parameter(FULL, "room", "it has " + roomFiles + " files, and may not have more");
        }
        if (all.size() >= totalFiles) {
            throw new ErrorReply(FULL, "this server has as many files as it may");
        }
        bytes(all, inRoom, more, roomBytes, excess -> ErrorReply.parameter(FULL, "room", "its files " + excess));
        if (more.user() != null) {
            ofOne(all, file -> more.user().equals(file.user()), more, "this user");
        } else if (more.address() != null) {
            // Otherwise one of them could take the space of all with uploads of which it sends nothing.
            ofOne(all, file -> more.address().equals(file.address()), more, "clients without a user at this address");
        }
        bytes(all, file -> true, more, totalBytes, excess -> new ErrorReply(FULL, "all files of this server " + excess));
    }

    /** Checks the quotas of one user or address. The number counts too: empty files have no bytes. */
    private void ofOne(List<StoredFile> all, Predicate<StoredFile> which, StoredFile more, String owner) {
        if (all.stream().filter(which).count() >= userFiles) {
            throw new ErrorReply(FULL, owner + " may have " + userFiles + " files, and has as many");
        }
        bytes(all, which, more, userBytes, excess -> new ErrorReply(FULL, "the files of " + owner + " " + excess));
    }

    private static boolean isOfTheSame(StoredFile one, StoredFile other) {
        return other.user() != null ? other.user().equals(one.user())
                : one.user() == null && Objects.equals(other.session(), one.session());
    }

    private static void bytes(List<StoredFile> all, Predicate<StoredFile> which, StoredFile more, long most,
            Function<String, ErrorReply> error) {
        long used = all.stream().filter(which).mapToLong(StoredFile::size).sum();
        if (used + more.size() > most) {
            throw error.apply("may have " + most + " bytes together, and have " + used);
        }
    }
}
