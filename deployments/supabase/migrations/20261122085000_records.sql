-- Products that come as records: which content their images, chunks and vectors were made for, and whose image is whose.

alter table public.products
  add column if not exists finished_for text;        -- content_hash and how far the tail went with it

alter table public.image_product_associations
  add column if not exists source_url text;          -- the address under which the source lists the image

alter table public.background_jobs
  add column if not exists product_source text;      -- products.source of a job whose products come as records
