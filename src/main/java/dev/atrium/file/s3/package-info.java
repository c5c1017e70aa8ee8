/** Files in a bucket of a service that speaks S3. */
package dev.atrium.file.s3;
