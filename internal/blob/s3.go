package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// s3 is a store in a bucket. The bucket is the operator's to make, and nobody's
// to read but ours: what is in it is sealed all the same.
type s3 struct {
	client *minio.Client
	bucket string
}

func bucket(u *url.URL) (Store, error) {
	secret, _ := u.User.Password()
	client, err := minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(u.User.Username(), secret, ""),
		Secure: u.Query().Get("tls") != "off",
		Region: u.Query().Get("region"),
	})
	if err != nil {
		return nil, errors.New("the store of files cannot be used: check its host, key and region")
	}
	return &s3{client, strings.Trim(u.Path, "/")}, nil
}

// Put writes the whole content.
func (s *s3) Put(ctx context.Context, name string, sealed []byte) error {
	if err := check(name); err != nil {
		return err
	}
	_, err := s.client.PutObject(ctx, s.bucket, name, bytes.NewReader(sealed), int64(len(sealed)), minio.PutObjectOptions{ContentType: "application/octet-stream"})
	return wrapped("writing", err)
}

// Get reads the whole content.
func (s *s3) Get(ctx context.Context, name string) ([]byte, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	o, err := s.client.GetObject(ctx, s.bucket, name, minio.GetObjectOptions{})
	if err != nil {
		return nil, wrapped("reading", err)
	}
	defer func() { _ = o.Close() }()
	b, err := io.ReadAll(o)
	if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
		return nil, notThere(name)
	}
	return b, wrapped("reading", err)
}

// Remove forgets a name.
func (s *s3) Remove(ctx context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	return wrapped("removing", s.client.RemoveObject(ctx, s.bucket, name, minio.RemoveObjectOptions{}))
}

// Each lists the bucket.
func (s *s3) Each(ctx context.Context, fn func(string, time.Time) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			return wrapped("listing", o.Err)
		}
		if names.MatchString(o.Key) {
			if err := fn(o.Key, o.LastModified); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrapped keeps the address of the store out of an error.
func wrapped(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s in the store of files: %s", doing, minio.ToErrorResponse(err).Code)
}
