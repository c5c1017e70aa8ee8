/** File store in a bucket of Amazon S3 or of a compatible service. */
package dev.atrium.file.s3;
