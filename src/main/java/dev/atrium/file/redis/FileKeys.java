package dev.atrium.file.redis;

/**
 * Names of the keys. All have the same hash tag, so that a Redis Cluster keeps them on one node, as scripts require.
 *
 * @param prefix of every key
 */
record FileKeys(String prefix) {

    /** Hash from id to the file's description. */
    String files() {
        return prefix + ":{files}";
    }

    /** Hash from id to the time of the last write of an upload in progress, epoch milliseconds. */
    String touched() {
        return prefix + ":{files}:touched";
    }

    /** Hash from chunk index to bytes. */
    String chunks(String id) {
        return prefix + ":{files}:chunks:" + id;
    }
}
