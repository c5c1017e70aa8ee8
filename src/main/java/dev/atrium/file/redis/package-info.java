/** File store in the Redis of the backplane: for small files, because Redis keeps them in memory. */
package dev.atrium.file.redis;
